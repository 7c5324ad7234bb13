"""What every act needs: the database, the settings, the clock. Made once, at the composition root."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from engine.actor import Actor, load_actor
from engine.reading_settings import read_settings
from engine.settings import Settings
from models.database import connect
from rules.time import TimeSource, local_date, system_time


@dataclass(frozen=True)
class Service:
    """One process's way into the installation."""

    database: Engine
    settings: Settings
    time: TimeSource

    @property
    def now(self) -> datetime:
        """The present instant, aware."""
        return self.time()

    @property
    def machine_now(self) -> datetime:
        """The present instant on the machine's clock, aware."""
        return self.time()

    @property
    def today(self) -> date:
        """The local date."""
        return local_date(self.now, self.settings.timezone)

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

    def at(self, time: TimeSource) -> "Service":
        """The same installation under another clock."""
        return replace(self, time=time)


def service_from_environment(*, pool_size: int = 8) -> Service:
    """The service of this process, from ``GONGKAI_*`` variables and the machine's clock.

    Raises:
        SettingsRefused.
    """
    settings = read_settings()
    return Service(
        connect(settings.database_url.get_secret_value(), pool_size=pool_size), settings, system_time
    )
