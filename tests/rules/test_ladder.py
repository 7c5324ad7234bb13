"""The ladder of a limit: its rungs in order, in the limit's own unit, never an end to a missed duty."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.due import Due, reckon
from rules.errors import MalformedFile
from rules.ladder import (
    GRACE,
    Ending,
    Ladder,
    Rung,
    RungKind,
    is_urgent,
    ladder_of,
    read_ladders,
    rungs,
)
from rules.parameters import statutory
from rules.periods import CalendarDays, Period, RunningHours, Unit, WorkingDays
from rules.positions import Position, escalation_of
from rules.terms import Term
from rules.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar()
LADDER = Ladder("test", remind=(5, 2, 1), escalate=(1, 2, 3), repeat=5)


def due(period: Period, start: date | datetime = date(2026, 4, 22)) -> Due:
    return reckon(Term(period), start, calendar=CALENDAR)


def climb(of: Due, ending: Ending = Ending.MISSED, *, at_most: int = 9) -> list[Rung]:
    return list(islice(rungs(LADDER, of, ending, calendar=CALENDAR, parameters=statutory()), at_most))


def said(rung: Rung) -> str:
    return f"{rung.kind} {rung.place} {rung.at.astimezone(CALENDAR_ZONE):%m-%d %H:%M}"


CALENDAR_ZONE = datetime.fromisoformat("2026-04-22T09:00+08:00").tzinfo


def test_working_days_are_counted_over_holidays_and_make_up_days() -> None:
    assert [said(rung) for rung in climb(due(WorkingDays(20)))] == [  # until Friday 22 May
        "remind 5 05-15 09:00",
        "remind 2 05-20 09:00",
        "remind 1 05-21 09:00",
        "overdue 0 05-23 00:00",
        "escalate 1 05-25 09:00",
        "escalate 2 05-26 09:00",
        "escalate 3 05-27 09:00",
        "still-overdue 1 06-03 09:00",
        "still-overdue 2 06-10 09:00",
    ]


def test_hours_run_through_the_night() -> None:
    start = datetime.fromisoformat("2026-05-01T22:30+08:00")
    assert [said(rung) for rung in climb(due(RunningHours(48), start), at_most=5)] == [
        "remind 5 05-03 17:30",
        "remind 2 05-03 20:30",
        "remind 1 05-03 21:30",
        "overdue 0 05-03 22:30",
        "escalate 1 05-03 23:30",
    ]


def test_calendar_days_count_weekends() -> None:
    assert [said(rung) for rung in climb(due(CalendarDays(30)), at_most=5)] == [  # until Friday 22 May
        "remind 5 05-17 09:00",
        "remind 2 05-20 09:00",
        "remind 1 05-21 09:00",
        "overdue 0 05-23 00:00",
        "escalate 1 05-23 09:00",
    ]


def test_a_provisional_date_is_called_to_mind_four_days_earlier() -> None:
    first = climb(due(WorkingDays(20), date(2026, 12, 15)))[0]
    certain = date(2027, 1, 5)  # five working days, Monday to Friday, before Tuesday 12 January
    assert first.at.date() == certain - timedelta(days=4)


def test_where_silence_has_a_meaning_the_ladder_ends_with_the_lapse_after_its_grace() -> None:
    of = due(WorkingDays(15))
    *_, last = climb(of, Ending.LAPSE)
    assert (last.kind, last.at) == (RungKind.LAPSE, (of.late_from or datetime.now(UTC)) + GRACE)


def test_a_time_that_is_waited_for_is_not_missed() -> None:
    of = due(CalendarDays(30))
    assert [rung.kind for rung in climb(of, Ending.ARRIVE)] == ["remind", "remind", "remind", "arrive"]


@given(
    st.sampled_from([WorkingDays, CalendarDays]),
    st.integers(1, 120),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.sampled_from(sorted({unit.value for unit in Unit} | {"step"})),
)
def test_rungs_come_in_order_and_a_missed_duty_has_always_another(
    kind: type[Period], number: int, start: date, key: str
) -> None:
    of = due(kind(number), start)
    ladder = ladder_of(key, Unit.WORKING_DAYS)
    climbed = list(islice(rungs(ladder, of, Ending.MISSED, calendar=CALENDAR, parameters=statutory()), 30))
    assert len(climbed) == 30
    assert all(earlier.at <= later.at for earlier, later in pairwise(climbed))
    assert len({(rung.kind, rung.place) for rung in climbed}) == 30
    assert all((rung.at < of.late_from) is (rung.kind is RungKind.REMIND) for rung in climbed)  # type: ignore[operator]


@pytest.mark.parametrize(
    "text",
    [
        "key: working-days",
        "- {key: x, remind: [1], escalate: [1]}",
        "- {key: x, remind: [0], escalate: [1], repeat: 1}",
        "- {key: x, remind: [1], escalate: [yes], repeat: 1}",
        "- {key: x, remind: [1], escalate: [1], repeat: 5000}",
    ],
)
def test_a_ladder_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MalformedFile):
        read_ladders(text, where="test")


def test_a_missed_limit_goes_up_to_the_head_and_never_to_oneself() -> None:
    assert [escalation_of(Position.DRAFTER, place) for place in (1, 2, 3)] == [
        Position.SECTION_HEAD,
        Position.DEPUTY_HEAD,
        Position.HEAD,
    ]
    for position in Position:
        goes = [escalation_of(position, place) for place in (1, 2, 3, 4)]
        assert goes[2:] == [Position.HEAD] * 2
        assert position is Position.HEAD or position not in goes


def test_the_last_reminder_and_every_missed_limit_are_urgent_and_nothing_else_is() -> None:
    said = {
        (rung.kind.value, rung.place): is_urgent(rung.kind, rung.place, LADDER)
        for rung in climb(due(WorkingDays(20)))
    }
    assert said == {
        ("remind", 5): False,
        ("remind", 2): False,
        ("remind", 1): True,
        ("overdue", 0): True,
        ("escalate", 1): True,
        ("escalate", 2): True,
        ("escalate", 3): True,
        ("still-overdue", 1): True,
        ("still-overdue", 2): True,
    }
    assert is_urgent(RungKind.LAPSE, 0, LADDER)
    assert not any(is_urgent(kind, 1, LADDER) for kind in (RungKind.NOT_COUNTED, RungKind.ARRIVE))
