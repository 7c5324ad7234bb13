"""Bringing our database to the newest schema at every start."""

from collections.abc import Mapping


def bring_up_to_date(environment: Mapping[str, str]) -> None:
    """As the owner role; does nothing when it is up to date."""
    from models.database import migrate

    migrate(environment["GONGKAI_OWNER_DATABASE_URL"])
