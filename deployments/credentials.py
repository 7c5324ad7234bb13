"""The passwords of one installation: generated once, kept in one file only its owner may read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from deployments.errors import HomeNotWritable, SecretsUnreadable


def _password() -> str:
    """URL-safe, so that it needs no quoting in a database address."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Credentials:
    """Everything secret that the parts of one installation share.

    ``instance_id`` is no password but lives and dies with them: an installation folder that was deleted and
    made anew must not meet the database of its predecessor, which knows other passwords.
    """

    instance_id: str = field(default_factory=lambda: secrets.token_hex(6))
    superuser_password: str = field(default_factory=_password, repr=False)
    owner_password: str = field(default_factory=_password, repr=False)
    app_password: str = field(default_factory=_password, repr=False)
    public_password: str = field(default_factory=_password, repr=False)
    prefect_password: str = field(default_factory=_password, repr=False)
    prefect_auth_string: str = field(default_factory=lambda: f"operator:{_password()}", repr=False)


def read_credentials(path: Path) -> Credentials:
    """The stored credentials; damaged ones are refused, never replaced."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except PermissionError as error:
        raise HomeNotWritable(
            path.parent, f"{path.name} may not be read by this account ({error.strerror})"
        ) from error
    except (ValueError, OSError) as error:
        raise SecretsUnreadable(path, f"not complete JSON ({error})") from error
    names = [f.name for f in fields(Credentials)]
    values = stored if isinstance(stored, dict) else {}
    lacking = [name for name in names if not isinstance(values.get(name), str) or not values[name]]
    if lacking:
        raise SecretsUnreadable(path, f"no value for {', '.join(lacking)}")
    return Credentials(**{name: values[name] for name in names})


def obtain_credentials(path: Path) -> Credentials:
    """Reads the credentials, generating them the first time.

    Written under another name and then *linked*: a killed start leaves no half file, and of two first starts
    at once both end up with the same passwords.
    """
    if path.exists():
        return read_credentials(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        write_private(draft, json.dumps(asdict(Credentials()), indent=2) + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # Someone else was first; theirs count.
        finally:
            draft.unlink()
    except OSError as error:
        raise HomeNotWritable(path.parent, str(error)) from error
    sync_folder(path.parent)
    return read_credentials(path)


def write_private(path: Path, text: str) -> None:
    """Writes a new file with mode 0600 that is on disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes a rename or link in this folder survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
