"""What every act needs: the database, the settings, the clock. Made once, at the composition root.

The clock has two readings. ``now`` is statutory time, in which cases live: steps, decisions, to-dos, dates,
who holds a position, the ledger. ``machine_now`` is the machine's own, for what is no case's business:
sessions, tokens, leases, retries, the age of uploads, whatever is compared with Prefect's timestamps. They
differ in one kind of installation only: where time was made movable when the database was created.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from engine.actor import Actor, load_actor
from engine.reading_settings import read_settings
from engine.settings import Settings
from engine.virtual_time import MovableTime
from models.database import connect
from rules.time import TimeSource, local_date, system_time

Ahead = Callable[[], timedelta | None]
"""How far statutory time is ahead of the machine's; ``None``: it is the machine's."""


def not_movable() -> None:
    """Statutory time is the machine's."""


@dataclass(frozen=True)
class Service:
    """One process's way into the installation. ``time`` is the machine's."""

    database: Engine
    settings: Settings
    time: TimeSource
    ahead: Ahead = not_movable

    @property
    def machine_now(self) -> datetime:
        """The present instant on the machine's clock, aware."""
        return self.time()

    @property
    def now(self) -> datetime:
        """The present instant in statutory time, aware."""
        return self.statutory(self.time())

    @property
    def today(self) -> date:
        """The local date in statutory time."""
        return local_date(self.now, self.settings.timezone)

    @property
    def is_virtual(self) -> bool:
        """Whether this is a demonstration whose statutory time moves."""
        return self.ahead() is not None

    def statutory(self, instant: datetime) -> datetime:
        """A recent instant of the world outside, in statutory time."""
        return instant + (self.ahead() or timedelta(0))

    def read(self) -> AbstractContextManager[Connection]:
        """A connection for reading, outside any transaction.

        A rolled-back transaction would make the driver forget its prepared statements, which the
        decision path lives on.
        """
        return self.database.execution_options(isolation_level="AUTOCOMMIT").connect()

    def snapshot(self) -> AbstractContextManager[Connection]:
        """A connection that sees one instant of the database, however long it reads."""
        return self.database.execution_options(isolation_level="REPEATABLE READ").connect()

    def actor(self, username: str, *, channel: str) -> Actor:
        """The active person of that username, with the positions held today.

        Raises:
            UnknownPerson: nobody active of that name.
        """
        with self.read() as connection:
            return load_actor(connection, username, channel=channel, today=self.today)

    def close(self) -> None:
        """Give all connections back."""
        self.database.dispose()
        if isinstance(self.ahead, MovableTime):
            self.ahead.close()

    def at(self, time: TimeSource) -> "Service":
        """The same installation under another clock."""
        return replace(self, time=time)


def service_from_environment(*, pool_size: int = 8) -> Service:
    """The service of this process, from ``GONGKAI_*`` variables and the machine's clock.

    Raises:
        SettingsRefused.
    """
    settings = read_settings()
    return service_on(connect(settings.database_url.get_secret_value(), pool_size=pool_size), settings)


def service_on(database: Engine, settings: Settings) -> Service:
    """The service on this database: the machine's clock, and whether time moves as the database says."""
    return Service(database, settings, system_time, MovableTime(database))
