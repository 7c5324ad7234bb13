"""Bringing our database to the newest schema at every start, and to virtual time at the first if so asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from deployments.errors import TimeIsReal

VIRTUAL_TIME_BEGINS = timedelta(weeks=-13)
"""Against the machine's. What passes in a demonstration then lies where working days are settled, and in the
past of Prefect and of mail programs: Prefect draws no bar for what is to come."""


def bring_up_to_date(
    environment: Mapping[str, str], *, virtual_time: bool = False, begins: datetime | None = None
) -> None:
    """As the owner role; does nothing when it is up to date.

    Args:
        virtual_time: it is for a demonstration whose time moves, and is stamped so while it is empty.
        begins: where its time begins; else some weeks ago.

    Raises:
        TimeIsReal: it holds something and was not stamped; it stays as it is.
    """
    from engine.virtual_time import stamp
    from models.database import migrate
    from rules.time import system_time

    owner = environment["GONGKAI_OWNER_DATABASE_URL"]
    migrate(owner)
    now = system_time()
    ahead = VIRTUAL_TIME_BEGINS if begins is None else begins - now
    if virtual_time and not stamp(owner, now=now, ahead=ahead):
        raise TimeIsReal(Path(environment["GONGKAI_HOME"]))
