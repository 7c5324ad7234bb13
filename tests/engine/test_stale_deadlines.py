"""Whose deadlines are shown anew because time passed: few at once, and never before what people did."""

from datetime import timedelta
from uuid import uuid4

import pytest

from engine.projection import record
from engine.projection.projector import CASES_AT_ONCE, STALE_AT_ONCE, Projector
from engine.projection.snapshot import read_cases
from engine.service import Service
from tests.builders import Bureau, MovableClock, case_row, decide_next, launch_case


def to_show(service: Service) -> list[int]:
    """The cases of the next round."""
    projector = Projector(service, *[None] * 3)  # type: ignore[arg-type]
    return [case.id for case in projector._read(service.now)]


@pytest.fixture
def shown(service: Service, bureau: Bureau) -> list[str]:
    """More cases than are shown at once, shown a minute apart; what is said of each is true for a day."""
    numbers = [launch_case(service).number for _ in range(CASES_AT_ONCE + 2)]
    for place, number in enumerate(numbers):
        case_id = case_row(service, number).id
        record.note_run(service, case_id, 1, uuid4())
        with service.database.connect() as connection:
            (case,) = read_cases(connection, [case_id])
        record.note_shown(service, [(case, service.now + timedelta(days=1, minutes=place))])
    return numbers


def test_a_few_whose_time_has_come_the_longest_due_first(
    service: Service, shown: list[str], clock: MovableClock
) -> None:
    assert to_show(service) == []
    clock.move(days=1, minutes=2)
    assert to_show(service) == [case_row(service, number).id for number in shown[:3]]
    clock.move(days=1)
    assert to_show(service) == [case_row(service, number).id for number in shown[:STALE_AT_ONCE]]


def test_what_changed_goes_first_and_leaves_room_or_none(
    service: Service, shown: list[str], clock: MovableClock
) -> None:
    clock.move(days=2)
    decide_next(service, shown[-1])
    stale = [case_row(service, number).id for number in shown[:STALE_AT_ONCE]]
    assert to_show(service) == [*stale, case_row(service, shown[-1]).id]
    for number in shown[STALE_AT_ONCE:-1]:
        decide_next(service, number)
    changed = [case_row(service, number).id for number in shown[STALE_AT_ONCE:]]
    assert to_show(service) == [*stale[: CASES_AT_ONCE - len(changed)], *changed]
    for number in shown[:STALE_AT_ONCE]:
        decide_next(service, number)
    assert to_show(service) == [case_row(service, number).id for number in shown[:CASES_AT_ONCE]]


def test_nothing_of_a_case_whose_run_is_gone_or_ended(
    service: Service, shown: list[str], clock: MovableClock
) -> None:
    clock.move(days=2)
    gone, ended = (case_row(service, number).id for number in shown[:2])
    with service.database.begin() as connection:
        record.begin_generation(connection, record._shown.c.case_id == gone)
    with service.database.connect() as connection:
        (case,) = read_cases(connection, [ended])
    assert case.flow_run_id is not None
    record.note(service, ended, case.flow_run_id, finished=True)
    assert ended not in to_show(service)
    with service.database.connect() as connection:
        assert record.stale_cases(connection, service.now, 50)[0] == case_row(service, shown[2]).id
