"""The judge reads the ledger by itself, and convicts it of every kind of change."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from engine.service import Service
from tests.builders import Bureau, decide_all, launch_case
from tests.kill.judge import _ENTRIES, _HEADS, chained

Rows = list[list[Any]]


@pytest.fixture
def ledger(service: Service, bureau: Bureau) -> tuple[Rows, Rows]:
    """Entries and heads of two cases on their way."""
    for step in ("office-review", "section-review"):
        decide_all(service, launch_case(service).number, until=step)
    with service.database.connect() as connection:
        entries, heads = (connection.execute(text(query)) for query in (_ENTRIES, _HEADS))
        return [list(row) for row in entries], [list(row) for row in heads]


def _replace(entries: Rows) -> None:
    entries[2][3] = "someone"


def _cut_out(entries: Rows) -> None:
    del entries[1]


def _cut_off(entries: Rows) -> None:
    del entries[-1]


def _repeat(entries: Rows) -> None:
    entries.insert(1, entries[0])


def test_ledger_as_written_is_acquitted(ledger: tuple[Rows, Rows]) -> None:
    entries, heads = ledger
    assert len({row[0] for row in entries}) == 2
    assert list(chained(entries, heads)) == []


@pytest.mark.parametrize("change", [_replace, _cut_out, _cut_off, _repeat])
def test_changed_ledger_is_convicted(ledger: tuple[Rows, Rows], change: Callable[[Rows], None]) -> None:
    entries, heads = ledger
    change(entries)
    assert list(chained(entries, heads))


def test_chain_of_no_case_is_convicted(ledger: tuple[Rows, Rows]) -> None:
    entries, heads = ledger
    assert list(chained(entries, heads[1:]))
