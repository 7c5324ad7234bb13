"""What can go wrong with one installation's own parts, each with what to do now.

A family apart from ``rules.errors``: these stop a start or a repair, never a case. Arguments are facts and
the text is made in ``__str__``, so that an error survives pickling and a test can look at the facts.
"""

from pathlib import Path


class InstallationError(Exception):
    """Anything that keeps an installation from running."""


class HomeNotWritable(InstallationError):
    """The instance folder cannot be created or written."""

    def __init__(self, home: Path, reason: str) -> None:
        super().__init__(home, reason)
        self.home, self.reason = home, reason

    def __str__(self) -> str:
        return (
            f"The instance folder {self.home} cannot be written: {self.reason}. Secrets, logs and process "
            f"records are kept there. Choose another folder with GONGKAI_HOME, or give this account write "
            f"permission to it."
        )


class SecretsUnreadable(InstallationError):
    """The stored passwords are damaged; new ones would lock us out of the existing database."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return (
            f"The secrets in {self.path} cannot be read: {self.reason}. They are not replaced by "
            f"themselves, because the existing database knows only the old passwords. "
            f"Restore the file from a backup; only if this installation holds nothing yet, delete the file "
            f"and start again."
        )


class NotADemonstration(InstallationError):
    """The folder named for the demonstration holds an installation that is none: it is never furnished."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.home = home

    def __str__(self) -> str:
        return (
            f"The folder {self.home} holds an installation that is no demonstration. Nothing in it was "
            f"changed. Choose another folder with --home."
        )


class TimeIsReal(InstallationError):
    """Virtual time was asked for where something is stored already: no such database is ever made movable."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.home = home

    def __str__(self) -> str:
        return (
            f"The installation in {self.home} runs in real time and has stored something already. Virtual "
            f"time is given to a database when it is created and never later. Nothing was changed. Start it "
            f"without --virtual-time, or make a new demonstration in another folder."
        )


class InstanceAlreadyRunning(InstallationError):
    """Another supervisor holds this instance."""

    def __init__(self, home: Path, pid: int | None, since: str) -> None:
        super().__init__(home, pid, since)
        self.home, self.pid, self.since = home, pid, since

    def __str__(self) -> str:
        holder = (
            f"process {self.pid}, started {self.since}"
            if self.pid
            else "another process that is just starting"
        )
        stop = f"Stop it first (kill {self.pid}), or" if self.pid else "Wait for it, or"
        return (
            f"The instance in {self.home} is already running: {holder}. Two supervisors would start "
            f"everything twice. {stop} use another folder with GONGKAI_HOME."
        )


class PortInUse(InstallationError):
    """A port that was asked for by number belongs to someone else."""

    def __init__(self, port: int, component: str, holder: str) -> None:
        super().__init__(port, component, holder)
        self.port, self.component, self.holder = port, component, holder

    def __str__(self) -> str:
        return (
            f"Port {self.port}, wanted for {self.component}, cannot be used: {self.holder}. "
            f"Stop that program or choose another port for {self.component}."
        )


class PostgresBinariesMissing(InstallationError):
    """Neither the wheel nor the machine offers a usable PostgreSQL."""

    def __init__(self, searched: str) -> None:
        super().__init__(searched)
        self.searched = searched

    def __str__(self) -> str:
        return (
            f"No usable PostgreSQL programs were found (searched: {self.searched}). Install the project's "
            f"dependencies (make install) or PostgreSQL, or set GONGKAI_DATABASE_URL to an existing server."
        )


class NoUnprivilegedAccount(InstallationError):
    """PostgreSQL refuses to run as root and there is nobody else to run it."""

    def __init__(self, tried: tuple[str, ...]) -> None:
        super().__init__(tried)
        self.tried = tried

    def __str__(self) -> str:
        return (
            f"PostgreSQL does not run as root and none of the accounts {', '.join(self.tried)} exists here. "
            f"Create one (useradd --system gongkai) or start as an ordinary user."
        )


class ClusterUnusable(InstallationError):
    """The database folder exists but these programs cannot or may not serve it."""

    def __init__(self, data: Path, reason: str, advice: str) -> None:
        super().__init__(data, reason, advice)
        self.data, self.reason, self.advice = data, reason, advice

    def __str__(self) -> str:
        return (
            f"The database in {self.data} cannot be used: {self.reason}. Nothing in it was changed. "
            f"{self.advice}"
        )


class ComponentDidNotStart(InstallationError):
    """A part ended, or stayed silent, before it was ready."""

    def __init__(self, component: str, reason: str, log: Path, tail: str) -> None:
        super().__init__(component, reason, log, tail)
        self.component, self.reason, self.log, self.tail = component, reason, log, tail

    def __str__(self) -> str:
        shown = f"\nLast lines of its log:\n{self.tail}" if self.tail else ""
        return (
            f"{self.component} did not start: {self.reason}. Everything started before it was stopped again. "
            f"See {self.log}, remove the cause and start again.{shown}"
        )


class ManagedDatabaseIncomplete(InstallationError):
    """A managed PostgreSQL was named, but not for every role."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(missing)
        self.missing = missing

    def __str__(self) -> str:
        return (
            f"GONGKAI_DATABASE_URL is set, so no embedded PostgreSQL is started, but "
            f"{', '.join(self.missing)} is not set. Each role has its own rights and therefore "
            f"its own address: set them all, or none."
        )


class SettingsUnusable(InstallationError):
    """Nobody could be mailed with these settings. ``faults``: setting, why and what to set, zh and en."""

    def __init__(self, faults: tuple[tuple[str, str, str], ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return " ".join(f"{setting} {en}. {zh}。" for setting, zh, en in self.faults)


class StartInterrupted(InstallationError):
    """Someone asked to stop while the parts were still starting."""

    def __str__(self) -> str:
        return "The start was interrupted; everything started so far was stopped again."
