"""Due dates, against a day-by-day count written here that shares nothing with the code."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.citation import openness
from rules.clock_acts import Act, Extended, NotCounted, Restarted
from rules.due import Due, Reason, reckon
from rules.errors import ExtensionRefused, InvalidInput
from rules.moments import Moment
from rules.periods import CalendarDays, Period, RunningHours, WorkingDays
from rules.terms import Term
from rules.working_calendar import WorkingCalendar

pytestmark = pytest.mark.thorough

CALENDAR = WorkingCalendar()
DAY, HOUR = timedelta(1), timedelta(hours=1)
CONSULTING, CORRECTION, LONGER = openness("第33条第3款"), openness("第30条"), openness("第33条第2款")


def works(on: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(on))
    except NotImplementedError:
        return on.weekday() < 5


WORKED = {on for n in range(10_500) if works(on := date(2003, 1, 1) + n * DAY)}
"""Every working day of 2003 to 2031: asked once, the library is slow."""


# --- the independent count -------------------------------------------------------------------


def by_hand(period: Period, start: Moment, acts: list[Act]) -> Moment:
    """Walk one day (or hour) at a time, with sets where the code has stretches."""
    left = period.number + sum(act.by.number for act in acts if isinstance(act, Extended))
    at = max([start, *(act.at for act in acts if isinstance(act, Restarted))])
    pauses = [act for act in acts if isinstance(act, NotCounted)]
    if isinstance(period, RunningHours):
        while left:
            left -= not any(pause.since <= at < pause.until for pause in pauses)
            at += HOUR
        return at
    left_out = {
        pause.since + n * DAY for pause in pauses for n in range(1, (pause.until - pause.since).days + 1)
    }
    while left:
        at += DAY
        left -= at not in left_out and (isinstance(period, CalendarDays) or at in WORKED)
    while isinstance(period, CalendarDays) and (at not in WORKED or at in left_out):
        at += DAY
    return at


def result(due: Due) -> Moment | None:
    return due.late_from if isinstance(due.term.period, RunningHours) else due.on


def test_ten_thousand_random_periods_agree_with_a_count_by_hand() -> None:
    chance = random.Random(390)
    for _ in range(10_000):
        start: Moment = date(2004, 1, 1) + chance.randrange(8_700) * DAY
        kind = chance.choice([WorkingDays, CalendarDays, RunningHours])
        period = kind(chance.randint(1, 120))
        if kind is RunningHours:
            start = datetime(start.year, start.month, start.day, chance.randrange(24), tzinfo=UTC)
        due = reckon(Term(period), start, calendar=CALENDAR)
        assert result(due) == by_hand(period, start, []), (period, start)


def test_ten_thousand_random_periods_counted_back_agree_too() -> None:
    chance = random.Random(391)
    for _ in range(10_000):
        start = date(2005, 1, 1) + chance.randrange(8_000) * DAY
        period = chance.choice([WorkingDays, CalendarDays])(chance.randint(1, 60))
        at, left = start, period.number
        while left:
            at -= DAY
            left -= isinstance(period, CalendarDays) or at in WORKED
        assert reckon(Term(period, before=True), start, calendar=CALENDAR).on == at, (period, start)


# --- acts ------------------------------------------------------------------------------------

START = date(2026, 3, 2)


@st.composite
def clocks(draw: st.DrawFn) -> tuple[Term, Moment, list[Act]]:
    kind = draw(st.sampled_from([WorkingDays, CalendarDays, RunningHours]))
    zero = datetime(2026, 3, 2, tzinfo=UTC)
    number, extension = draw(st.integers(1, 40)), draw(st.integers(1, 20))
    moments: Callable[[int], Moment] = (
        (lambda n: zero + n * HOUR) if kind is RunningHours else (lambda n: START + n * DAY)
    )
    acts: list[Act] = []
    for since, length in draw(st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 25)), max_size=4)):
        acts.append(NotCounted(moments(since), moments(since + length), CONSULTING))
    acts += [
        Restarted(moments(n), CORRECTION) for n in draw(st.lists(st.integers(0, 60), max_size=2, unique=True))
    ]
    if draw(st.booleans()):
        acts.append(Extended(kind(extension), LONGER))
    return Term(kind(number), extension=kind(20)), moments(0), acts


@given(clocks())
@settings(max_examples=500, deadline=None)
def test_acts_agree_with_a_count_by_hand(clock: tuple[Term, Moment, list[Act]]) -> None:
    term, start, acts = clock
    assert result(reckon(term, start, acts, calendar=CALENDAR)) == by_hand(term.period, start, acts)


@given(clocks(), st.randoms(use_true_random=False))
@settings(max_examples=500, deadline=None)
def test_any_order_of_the_same_acts_gives_one_explained_date(
    clock: tuple[Term, Moment, list[Act]], chance: random.Random
) -> None:
    term, start, acts = clock
    other = chance.sample(acts, len(acts))
    assert reckon(term, start, acts, calendar=CALENDAR) == reckon(term, start, other, calendar=CALENDAR)


@given(clocks(), st.integers(0, 30))
@settings(max_examples=500, deadline=None)
def test_time_not_counted_after_the_due_date_changes_nothing(
    clock: tuple[Term, Moment, list[Act]], later: int
) -> None:
    term, start, acts = clock
    due = result(reckon(term, start, acts, calendar=CALENDAR))
    assert due is not None
    step = HOUR if isinstance(term.period, RunningHours) else DAY
    more = NotCounted(due + later * step, None, CONSULTING)
    assert result(reckon(term, start, [*acts, more], calendar=CALENDAR)) == due


def test_consulting_others_leaves_out_the_days_after_it_began_up_to_its_end() -> None:
    consulted = NotCounted(date(2026, 3, 4), date(2026, 3, 10), CONSULTING)
    due = reckon(Term(WorkingDays(5)), START, [consulted], calendar=CALENDAR)
    assert [day.on.day for day in due.days if day.reason is Reason.NOT_COUNTED] == [5, 6, 9, 10]
    assert [day.on.day for day in due.days if day.counted] == [3, 4, 11, 12, 13]


@pytest.mark.parametrize("period", [WorkingDays(5), CalendarDays(5), RunningHours(48)])
def test_while_time_is_not_counted_without_end_there_is_no_due_date(period: Period) -> None:
    start = datetime(2026, 3, 2, 1, tzinfo=UTC)
    lasting = NotCounted(datetime(2026, 3, 3, 1, tzinfo=UTC), None, CONSULTING)
    due = reckon(Term(period), start, [lasting], calendar=CALENDAR)
    assert (due.on, due.late_from, due.provisional) == (None, None, False)
    assert due.days[-1].on == date(2026, 3, 3)


def test_after_a_restart_the_whole_period_runs_anew() -> None:
    corrected = Restarted(date(2026, 3, 12), CORRECTION)
    due = reckon(Term(WorkingDays(20)), START, [corrected], calendar=CALENDAR)
    assert due.on == reckon(Term(WorkingDays(20)), date(2026, 3, 12), calendar=CALENDAR).on
    assert due.start == START


def test_a_period_is_extended_once_within_its_limit_in_its_own_unit() -> None:
    term = Term(WorkingDays(20), extension=WorkingDays(20))
    allowed = Extended(WorkingDays(20), LONGER)
    assert (
        reckon(term, START, [allowed], calendar=CALENDAR).on
        == reckon(Term(WorkingDays(40)), START, calendar=CALENDAR).on
    )
    for acts in (
        [allowed, Extended(WorkingDays(1), LONGER)],
        [allowed, allowed],
        [Extended(WorkingDays(21), LONGER)],
        [Extended(CalendarDays(5), LONGER)],
    ):
        with pytest.raises(ExtensionRefused):
            reckon(term, START, acts, calendar=CALENDAR)
    with pytest.raises(ExtensionRefused, match="没有可以延长"):
        reckon(Term(WorkingDays(20)), START, [allowed], calendar=CALENDAR)


@pytest.mark.parametrize(
    "act",
    [
        Restarted(date(2026, 3, 1), CORRECTION),
        NotCounted(date(2026, 3, 5), date(2026, 3, 4), CONSULTING),
        NotCounted(datetime(2026, 3, 5, 9), None, CONSULTING),  # noqa: DTZ001  what must be refused
    ],
    ids=["restart-before-start", "ends-before-it-began", "naive"],
)
def test_an_act_that_cannot_be_is_refused(act: Act) -> None:
    with pytest.raises(InvalidInput):
        reckon(Term(WorkingDays(5)), START, [act], calendar=CALENDAR)


def test_a_period_counted_back_takes_no_acts() -> None:
    act = NotCounted(date(2026, 2, 20), date(2026, 2, 25), CONSULTING)
    with pytest.raises(InvalidInput, match="向前倒计"):
        reckon(Term(CalendarDays(7), before=True), START, [act], calendar=CALENDAR)


# --- instants --------------------------------------------------------------------------------


def test_the_day_of_an_event_is_the_organ_s_and_the_last_day_ends_at_its_midnight() -> None:
    late_evening = datetime(2026, 4, 21, 16, 0, tzinfo=UTC)  # midnight in Shanghai: the 22nd
    due = reckon(Term(WorkingDays(20)), late_evening, calendar=CALENDAR)
    assert (due.start, due.on) == (date(2026, 4, 22), date(2026, 5, 22))
    assert due.late_from == datetime(2026, 5, 22, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("period", [WorkingDays(5), CalendarDays(5), RunningHours(5)])
def test_a_time_without_a_zone_is_refused(period: Period) -> None:
    with pytest.raises(InvalidInput, match="时区"):
        reckon(Term(period), datetime(2026, 4, 22, 9), calendar=CALENDAR)  # noqa: DTZ001


def test_hours_do_not_run_from_a_date_alone() -> None:
    with pytest.raises(InvalidInput, match="时刻"):
        reckon(Term(RunningHours(48)), date(2026, 4, 22), calendar=CALENDAR)


@pytest.mark.parametrize("start", [date(1, 1, 1), date(9999, 12, 31), datetime(9999, 12, 31, tzinfo=UTC)])
def test_a_year_no_calendar_reaches_is_refused(start: Moment) -> None:
    with pytest.raises(InvalidInput, match="年份"):
        reckon(Term(WorkingDays(3_660)), start, calendar=CALENDAR)


def test_what_rests_on_the_last_days_of_december_is_marked_changeable_but_not_provisional() -> None:
    due = reckon(Term(WorkingDays(20)), date(2026, 12, 3), calendar=CALENDAR)
    assert (due.changeable, due.provisional) == ((2026,), False)
    assert reckon(Term(WorkingDays(20)), date(2026, 11, 23), calendar=CALENDAR).changeable == ()
    assert reckon(Term(WorkingDays(20)), date(2025, 12, 3), calendar=CALENDAR).changeable == ()


def test_hours_are_never_provisional() -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    due = reckon(Term(RunningHours(48)), start, calendar=CALENDAR)
    assert (due.provisional, due.changeable) == (False, ())
