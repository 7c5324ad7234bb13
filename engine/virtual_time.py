"""Virtual time 虚拟时间: how far statutory time is ahead of the machine's, in the database made for it.

The stamp in the database is the one truth: no setting says so too, which a process could lack and jump back.
So every process asks; where there is no stamp it asks once, and the clock costs nothing from then on.
"""

from datetime import datetime, timedelta

from sqlalchemy import Engine, create_engine, exists, insert, select
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from models import Case, LedgerEntry, Person, VirtualTime
from models.database import connect

_stamp = VirtualTime.__table__
AHEAD = select(_stamp.c.ahead)
"""One row where time moves, none elsewhere."""


class MovableTime:
    """How far statutory time is ahead, read anew whenever the clock is: all processes move at once.

    Over a connection of its own: who reads the clock within a transaction already holds one of the pool's.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._own: Engine | None = None
        self._stands = False
        self._last: timedelta | None = None

    def __call__(self) -> timedelta | None:
        """``None``: statutory time is the machine's. While the database is away, what it said last."""
        if self._stands:
            return None
        try:
            with _reading(self._own or self._database) as connection:
                self._last = connection.execute(AHEAD).scalar()
        except (OperationalError, InterfaceError, TimeoutError):
            return self._last  # nothing can be stored now
        if self._last is None:
            self._stands = True
        elif self._own is None:
            self._own = connect(self._database.url, pool_size=1)
        return self._last

    def close(self) -> None:
        """Give the connection back."""
        if self._own is not None:
            self._own.dispose()


def _reading(database: Engine):  # type: ignore[no-untyped-def]
    return database.execution_options(isolation_level="AUTOCOMMIT").connect()


def stamp(owner_url: str, *, now: datetime, ahead: timedelta = timedelta(0)) -> bool:
    """Make time movable in a new database, as the owner role; ``False``: it holds something already.

    Args:
        ahead: where statutory time begins; before the machine's is allowed.
    """
    used = select(exists().select_from(Person), exists().select_from(Case), exists().select_from(LedgerEntry))
    database = create_engine(owner_url)
    try:
        with database.begin() as connection:
            if connection.execute(AHEAD).scalar() is not None:
                return True
            if any(connection.execute(used).one()):
                return False
            connection.execute(insert(_stamp).values(id=1, ahead=ahead, stamped_at=now))
    finally:
        database.dispose()
    return True
