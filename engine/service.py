"""What every act needs: the database, the settings, the clock. Made once, at the composition root."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Engine

from engine.actor import Actor, load_actor
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
    def today(self) -> date:
        """The local date."""
        return local_date(self.now, self.settings.timezone)

    def actor(self, username: str, *, channel: str) -> Actor:
        """The active person of that username, with the positions held today.

        Raises:
            UnknownPerson: nobody active of that name.
        """
        with self.database.connect() as connection:
            return load_actor(connection, username, channel=channel, today=self.today)

    def at(self, time: TimeSource) -> "Service":
        """The same installation under another clock."""
        return replace(self, time=time)


def service_from_environment(*, pool_size: int = 8) -> Service:
    """The service of this process, from ``GONGKAI_*`` variables and the machine's clock."""
    settings = Settings()
    return Service(
        connect(settings.database_url.get_secret_value(), pool_size=pool_size), settings, system_time
    )
