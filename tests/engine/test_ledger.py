"""The ledger shows every tampering: changed content, a missing entry, a cut tail, a rewritten seal."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, text

from engine import ledger
from engine.service import Service
from models.database import connect
from rules.errors import LedgerBroken
from tests.builders import Bureau, decide_next, launch_case, scalars


@pytest.fixture
def owner(service: Service) -> Iterator[Engine]:
    engine = connect(service.settings.owner_database_url.get_secret_value(), pool_size=1)
    yield engine
    engine.dispose()


@contextmanager
def tampering(owner: Engine) -> Iterator[Connection]:
    """What someone with the owner's password could do: switch the triggers off and write."""
    with owner.begin() as connection:
        for table in ("ledger_entry", "ledger_seal", "ledger_seal_head"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield connection
        for table in ("ledger_entry", "ledger_seal", "ledger_seal_head"):
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def seal(service: Service) -> int:
    with service.database.begin() as connection:
        return ledger.seal(connection, day=service.today, at=service.now)


def verify(service: Service) -> ledger.Verified:
    with service.snapshot() as connection:
        return ledger.verify(connection)


@pytest.fixture
def written(service: Service, bureau: Bureau) -> str:
    """A case with some entries, sealed once."""
    number = launch_case(service).number
    decide_next(service, number)
    seal(service)
    decide_next(service, number)
    return number


def test_untouched_ledger_verifies(service: Service, written: str) -> None:
    verified = verify(service)
    assert (verified.chains, verified.seals) == (1, 1)
    assert verified.entries == scalars(service, "SELECT count(*) FROM ledger_entry")[0]


def test_seal_covers_only_chains_that_moved_and_is_chained(service: Service, written: str) -> None:
    assert seal(service) == 1
    assert seal(service) == 0
    launch_case(service)
    assert seal(service) == 1
    assert verify(service).seals == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET actor = 'someone' WHERE seq = 2",
        "UPDATE ledger_entry SET at = at + interval '1 second' WHERE seq = 2",
        "UPDATE ledger_entry SET data = data || '{\"x\": 1}' WHERE seq = 2",
        "DELETE FROM ledger_entry WHERE seq = 2",
        "DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)",
    ],
)
def test_changed_or_missing_entry_shows(
    service: Service, written: str, owner: Engine, statement: str
) -> None:
    with tampering(owner) as connection:
        connection.execute(text(statement))
    with pytest.raises(LedgerBroken):
        verify(service)


def test_cut_tail_shows_even_when_the_head_was_moved_back_with_it(
    service: Service, written: str, owner: Engine
) -> None:
    seal(service)
    with tampering(owner) as connection:
        connection.execute(text("DELETE FROM ledger_entry WHERE seq > 3"))
        connection.execute(
            text(
                "UPDATE cases SET ledger_seq = 3, ledger_head ="
                " (SELECT hash FROM ledger_entry WHERE seq = 3 AND chain = cases.id)"
            )
        )
    with pytest.raises(LedgerBroken, match="sealed"):
        verify(service)


def test_removed_seal_shows(service: Service, written: str, owner: Engine) -> None:
    seal(service)
    with tampering(owner) as connection:
        connection.execute(text("DELETE FROM ledger_seal_head WHERE seal = 1"))
        connection.execute(text("DELETE FROM ledger_seal WHERE seq = 1"))
    with pytest.raises(LedgerBroken, match="seal"):
        verify(service)


def test_opinions_are_in_the_ledger_only_as_hashes(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    decide_next(service, number, opinion="一段不该出现在留痕里的意见")
    assert scalars(service, "SELECT count(*) FROM ledger_entry WHERE data::text LIKE '%不该出现%'") == [0]
    assert scalars(service, "SELECT count(*) FROM ledger_entry WHERE data ? 'opinion_sha256'") == [1]


def test_ledger_cannot_be_changed_by_the_application(service: Service, bureau: Bureau) -> None:
    launch_case(service)
    for statement in (
        "UPDATE ledger_entry SET actor = 'x'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
    ):
        with (
            pytest.raises(Exception, match=r"permission denied|refused"),
            service.database.begin() as connection,
        ):
            connection.execute(text(statement))


def test_triggers_stop_even_the_owner(service: Service, bureau: Bureau) -> None:
    launch_case(service)
    owner = connect(service.settings.owner_database_url.get_secret_value(), pool_size=1)
    for table in (
        "ledger_entry",
        "decision",
        "document_version",
        "ledger_seal",
        "attachment",
        "attachment_chunk",
    ):
        with pytest.raises(Exception, match="only grows"), owner.begin() as connection:
            connection.execute(text(f"TRUNCATE {table} CASCADE"))
    for statement in ("UPDATE ledger_entry SET actor = 'x'", "DELETE FROM ledger_entry"):
        with pytest.raises(Exception, match="only grows"), owner.begin() as connection:
            connection.execute(text(statement))
    owner.dispose()
