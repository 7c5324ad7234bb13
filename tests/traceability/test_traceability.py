"""Every rule of the notice leads to code, to a test and, where one is planted, to a seeded bug.

Nothing is stale: what is named exists."""

import pytest

from tests.traceability import JOINED, Row, caught_by, exists, joined, rows, rules

ROWS = rows()
IDS = [f"{row.part}:{row.id or row.rule[:40]}" for row in ROWS]


def test_every_rule_is_numbered_once_and_each_section_has_some() -> None:
    ids = [rule.id for rule in rules()]
    assert len(set(ids)) == len(ids)
    assert {rule.place[0] for rule in rules()} == set(range(1, 8))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_is_traced_to_code_and_test_unless_it_is_said_to_wait(rule: object) -> None:
    theirs = [row for row in ROWS if row.id == rule.id]  # type: ignore[attr-defined]
    traced = any(row.code for row in theirs) and any(row.tests for row in theirs)
    assert traced is not rule.waits  # type: ignore[attr-defined]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_a_row_names_is_there(row: Row) -> None:
    assert row.id in {rule.id for rule in rules()}, "begin the row with the number of its rule"
    missing = [place for place in (*row.code, *row.tests) if not exists(place)]
    assert missing == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.bugs], ids=lambda row: row.id)
def test_a_seeded_bug_is_there_and_so_is_the_test_that_catches_it(row: Row) -> None:
    assert [bug for bug in row.bugs if not exists(caught_by(bug))] == []


def test_the_joined_table_is_as_the_parts_say() -> None:
    assert JOINED.read_text(encoding="utf-8") == joined(), "run: python -m tests.traceability"
