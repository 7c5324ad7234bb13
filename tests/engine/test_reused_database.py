"""Tests share one database, and none can tell."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import scalar_row

from deployments.instance import Instance
from tests.reused_database import TEMPLATE, ReusedDatabase

pytestmark = pytest.mark.thorough

INSERT = "INSERT INTO unit (code, name) VALUES (%s, %s) RETURNING id"


@pytest.fixture(scope="module")
def reused(postgres_instance: Instance) -> Iterator[ReusedDatabase]:
    """One of its own, so that this test stands between two others."""
    made = ReusedDatabase(postgres_instance, prefix="other")
    yield made
    made.destroy()


def connected(reused: ReusedDatabase, role: str) -> psycopg.Connection[object]:
    urls = reused.instance.environment()
    url = urls[f"GONGKAI_{role}DATABASE_URL"].replace("+psycopg", "")
    name = reused.as_new()
    return psycopg.connect(url.replace(f"/{TEMPLATE}?", f"/{name}?"), autocommit=True, row_factory=scalar_row)


def test_next_test_finds_no_rows_and_counts_from_one(reused: ReusedDatabase) -> None:
    for _ in range(2):
        with connected(reused, "") as application:
            assert application.execute(INSERT, ["a", "股室"]).fetchone() == 1
            assert application.execute("SELECT count(*) FROM alembic_version").fetchone() == 1


def test_next_test_is_connected_to_by_nobody_else(reused: ReusedDatabase) -> None:
    left_open = connected(reused, "")
    with connected(reused, "") as application:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        assert application.execute(others).fetchone() == 1
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
        "ALTER TABLE decision DROP CONSTRAINT decision_assignment_id_key",
        "ALTER TABLE unit ADD COLUMN remark text",
        "GRANT SELECT ON person TO gongkai_public",
        "DROP TABLE notification CASCADE",
    ],
)
def test_changed_schema_is_not_handed_on(reused: ReusedDatabase, damage: str) -> None:
    with connected(reused, "OWNER_") as owner:
        owner.execute(damage.encode())
    damaged = reused.name
    assert reused.as_new() != damaged


def test_dropped_database_is_replaced(reused: ReusedDatabase) -> None:
    reused.as_new()
    reused.destroy()
    with connected(reused, "PUBLIC_") as public:
        assert public.execute("SELECT count(*) FROM register_entry").fetchone() == 0
