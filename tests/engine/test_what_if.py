"""What would be under another start, calendar or number: told, and nothing changed."""

from datetime import date
from typing import Any

import pytest

from engine.reading.what_if import Assumed, WouldBe, what_if
from engine.service import Service
from rules.errors import CalendarTableRefused, CaseNotFound, InvalidInput, NoRuleInForce, NotAllowed
from tests.builders import Bureau, launch_case, snapshot

THURSDAY_OFF = {
    "year": 2026,
    "papers": ["拟议"],
    "days": [
        {"name": "抗旱", "date": "2026-04-23", "is_off_day": True},
        {"name": "抗旱", "date": "2026-04-25", "is_off_day": False},
    ],
}


def ask(
    service: Service, bureau: Bureau, number: str = "", *, by: str = "manager", **assumed: Any
) -> list[WouldBe]:
    return what_if(service, bureau.actor(by), Assumed(**assumed), number)


@pytest.mark.parametrize(
    ("assumed", "would_be"),
    [
        ({}, date(2026, 4, 23)),
        ({"table": THURSDAY_OFF}, date(2026, 4, 24)),
        ({"numbers": {"review-target": 5}}, date(2026, 4, 27)),
        ({"starts": {"step:drafting": date(2026, 4, 13)}}, date(2026, 4, 16)),
        ({"table": THURSDAY_OFF, "numbers": {"review-target": 4}}, date(2026, 4, 25)),
    ],
)
def test_the_date_that_would_be_is_told_with_its_days_and_nothing_is_stored(
    service: Service, bureau: Bureau, assumed: dict[str, Any], would_be: date
) -> None:
    number = launch_case(service).number
    before = snapshot(service)
    [told] = ask(service, bureau, number, **assumed)
    assert (told.due_on, told.would_be_due_on) == (date(2026, 4, 23), would_be)
    assert told.moves is (would_be != date(2026, 4, 23))
    assert any(f"{would_be}" in line for line in told.explained["zh"])
    assert snapshot(service) == before


def test_all_open_cases_are_told_to_managers_and_no_one_else(service: Service, bureau: Bureau) -> None:
    launch_case(service)
    launch_case(service)
    assert len(ask(service, bureau, numbers={"review-target": 1})) == 2
    with pytest.raises(NotAllowed):
        ask(service, bureau, by="drafter")


def test_a_case_one_may_not_know_of_is_not_told(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    with pytest.raises(CaseNotFound):
        ask(service, bureau, number, by="archivist")


@pytest.mark.parametrize(
    ("assumed", "error"),
    [
        ({"table": {"year": 2026}}, CalendarTableRefused),
        ({"numbers": {"no-such-number": 3}}, NoRuleInForce),
        ({"numbers": {"review-target": 0}}, InvalidInput),
        ({"starts": {"no-such-limit": date(2026, 4, 13)}}, InvalidInput),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(
    service: Service, bureau: Bureau, assumed: dict[str, Any], error: type[Exception]
) -> None:
    number = launch_case(service).number
    with pytest.raises(error):
        ask(service, bureau, number, **assumed)
