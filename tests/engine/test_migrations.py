"""The schema: migrations make what the code names, and the newest can be taken back and made again."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import models
from engine.acts.access import set_password
from engine.acts.law import import_calendar
from engine.outbox import send_due
from engine.service import Service
from engine.settings import Settings
from models.database import migrate
from tests.builders import Bureau, launch_case, scalars
from tests.engine.law_files import NEXT_YEAR
from tests.engine.test_outbox import waiting

pytestmark = pytest.mark.thorough

ASKED_FOR = {"add_table", "remove_table", "add_column", "remove_column", "modify_nullable", "add_index"}


@pytest.fixture
def owner(settings: Settings) -> str:
    """Where migrations are made."""
    return settings.owner_database_url.get_secret_value()


def differences(owner: str) -> list[Any]:
    """Tables, columns, what may be null in them and indexes, where database and code do not agree."""
    engine = create_engine(owner)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    engine.dispose()
    each = [change for group in found for change in (group if isinstance(group, list) else [group])]
    return [change for change in each if change[0] in ASKED_FOR]


def take_back(owner: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    config.attributes["url"] = owner
    command.downgrade(config, revision)


def test_the_tables_are_those_the_code_names(owner: str) -> None:
    assert differences(owner) == []


def test_the_newest_can_be_taken_back_with_rows_in_them_and_made_again(
    service: Service, bureau: Bureau, owner: str
) -> None:
    launch_case(service)
    send_due(service)
    launch_case(service)
    kept = scalars(service, "SELECT key FROM notification ORDER BY id")
    set_password(service, bureau.actor("administrator"), "drafter", "given-by-another-1")
    import_calendar(service, bureau.actor("administrator"), NEXT_YEAR)
    service.database.dispose()  # no plan of theirs outlives the columns
    take_back(owner, "0006")
    assert {change[0] for change in differences(owner)} == {
        "add_table",
        "add_column",
        "remove_column",
        "modify_nullable",
        "add_index",
    }
    migrate(owner)
    assert differences(owner) == []
    assert kept
    assert scalars(service, "SELECT channel FROM delivery WHERE sent_at IS NOT NULL") == ["mail"]
    assert waiting(service) == 1, "what had not left waits still"
    assert scalars(service, "SELECT key FROM notification ORDER BY id") == kept
