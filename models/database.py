"""The connection to PostgreSQL: pool, time zone, and the migration door."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine

_MIGRATIONS = Path(__file__).parent / "migrations"


def connect(url: str | URL, *, pool_size: int = 8) -> Engine:
    """A pooled engine. READ COMMITTED: the case is locked first and loaded after, by a later statement."""
    # prepare_threshold=1: every statement here is repeated thousands of times.
    arguments: dict[str, Any] = {
        "options": "-c timezone=UTC -c statement_timeout=30000",
        "prepare_threshold": 1,
    }
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=8,
        hide_parameters=True,  # document text is a parameter and must not reach a log
        connect_args=arguments,
    )


def migrate(owner_url: str) -> None:
    """Bring the schema to the newest revision, as the owner role. Safe to run at every start."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = owner_url
    command.upgrade(config, "head")
