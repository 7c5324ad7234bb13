"""Where the embedded PostgreSQL lives, which account runs it, and from which programs.

PostgreSQL refuses to run as root. Started as root it therefore runs as an unprivileged account, which cannot
reach into the instance folder (mode 0700) nor into a clone under /root; no permission is widened for it. Its
files live under ``/var/lib/gongkai`` instead, and its programs are copied there once per version where they
are out of reach.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from deployments.errors import NoUnprivilegedAccount

STATE = Path("/var/lib/gongkai")
ACCOUNTS = ("gongkai", "postgres", "nobody")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
"""Bytes of ``sun_path`` less the closing zero, on Linux."""


@dataclass(frozen=True)
class Account:
    """An account other than the caller's."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Cluster:
    """The files of one embedded PostgreSQL; ``account`` is None when the caller runs it."""

    folder: Path
    socket_folder: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """What initdb creates."""
        return self.folder / "data"

    def url(self, driver: str, role: str, password: str, *, database: str) -> str:
        """The SQLAlchemy address of a database over the private socket."""
        return (
            f"{driver}://{role}:{quote(password)}@/{database}?{urlencode({'host': str(self.socket_folder)})}"
        )

    def create_folders(self) -> None:
        """Folders only the server's account can enter (and root)."""
        if self.account is not None and self.folder.parent == STATE:
            STATE.mkdir(parents=True, exist_ok=True)
            if STATE.stat().st_uid == 0:
                STATE.chmod(0o755)  # Ours alone, and a strict umask must not shut the account out.
        for folder in (self.folder, self.socket_folder):
            self.create_private(folder)

    def create_private(self, folder: Path) -> None:
        """One folder with mode 0700 of the server's account; a foreign one under that name is refused."""
        owner = os.geteuid() if self.account is None else self.account.uid
        try:
            folder.mkdir(mode=0o700)
            self.give(folder)
        except FileExistsError:
            pass
        if folder.is_symlink() or folder.lstat().st_uid not in (owner, os.geteuid()):
            raise PermissionError(13, "belongs to someone else", str(folder))
        if folder.lstat().st_mode & 0o777 != 0o700:
            folder.chmod(0o700)

    def give(self, path: Path) -> None:
        """Hands a file we created to the server's account."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)


def place_cluster(home: Path, instance_id: str) -> Cluster:
    """Inside the instance folder; as root, under ``/var/lib/gongkai``.

    A cluster that exists keeps its place and its account, also when a better account appears later.
    """
    inside = home / "postgres"
    if os.geteuid() != 0:
        return Cluster(inside, _socket_folder(inside, instance_id), None)
    owner = _owner(inside / "data")
    if owner is not None and owner.uid != 0:
        return Cluster(inside, _socket_folder(inside, instance_id), owner)
    folder = STATE / instance_id
    account = _owner(folder / "data") or _preferred_account()
    return Cluster(folder, _socket_folder(folder, instance_id), account)


def _socket_folder(folder: Path, instance_id: str) -> Path:
    """Beside the data, where no cleaner of /tmp comes by; in /tmp only where that path is too long.

    The name in /tmp cannot be guessed beforehand, and a folder of another owner is refused.
    """
    beside = folder / "socket"
    if len(os.fsencode(beside / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return beside
    # Not TMPDIR: two starts of one instance must agree, whatever their environments say.
    return Path("/tmp") / f"gongkai-{instance_id}"  # noqa: S108  (see above: private and unguessable)


def _owner(path: Path) -> Account | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return Account(status.st_uid, status.st_gid)


def _preferred_account() -> Account:
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoUnprivilegedAccount(ACCOUNTS)
