"""Bringing our database to the newest schema at every start, and to virtual time at the first if so asked."""

from collections.abc import Mapping
from pathlib import Path

from deployments.errors import TimeIsReal


def bring_up_to_date(environment: Mapping[str, str], *, virtual_time: bool = False) -> None:
    """As the owner role; does nothing when it is up to date.

    Args:
        virtual_time: it is for a demonstration whose time moves, and is stamped so while it is empty.

    Raises:
        TimeIsReal: it holds something and was not stamped; it stays as it is.
    """
    from engine.virtual_time import stamp
    from models.database import migrate
    from rules.time import system_time

    owner = environment["GONGKAI_OWNER_DATABASE_URL"]
    migrate(owner)
    if virtual_time and not stamp(owner, system_time()):
        raise TimeIsReal(Path(environment["GONGKAI_HOME"]))
