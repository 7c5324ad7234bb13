"""What is left of a limit is told in its own unit, and never says that there is time when there is none."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rules.due import reckon
from rules.periods import CalendarDays, RunningHours, WorkingDays
from rules.remaining import Remaining, remaining
from rules.terms import Term
from rules.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar()
SHANGHAI = timedelta(hours=8)


def told(period: WorkingDays | CalendarDays | RunningHours, start: date | datetime, now: str) -> Remaining:
    """Of a limit that runs from ``start``, at ``now`` in Shanghai."""
    due = reckon(Term(period), start, calendar=CALENDAR)
    assert due.on is not None
    assert due.late_from is not None
    at = datetime.fromisoformat(now).replace(tzinfo=UTC) - SHANGHAI
    return remaining(period.unit, due.on, due.late_from, now=at, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("now", "zh", "en"),
    [
        ("2026-04-20 09:00", "还剩3个工作日", "3 working days left"),
        ("2026-04-22 23:59", "还剩1个工作日", "1 working day left"),
        ("2026-04-23 00:00", "今日到期", "due today"),
        ("2026-04-23 23:59", "今日到期", "due today"),
        ("2026-04-24 00:00", "逾期1个工作日", "1 working day late"),
        ("2026-04-26 12:00", "逾期1个工作日", "1 working day late"),  # a Sunday
        ("2026-05-06 08:00", "逾期6个工作日", "6 working days late"),  # 1 to 5 May are holidays
    ],
)
def test_working_days_are_counted_by_the_calendar(now: str, zh: str, en: str) -> None:
    found = told(WorkingDays(3), date(2026, 4, 20), now)
    assert (found.zh, found.en, found.late) == (zh, en, "逾期" in zh)


def test_a_weekend_after_the_last_day_is_late_without_a_working_day_having_passed() -> None:
    friday = told(WorkingDays(4), date(2026, 4, 20), "2026-04-25 10:00")
    assert (friday.zh, friday.late) == ("逾期不足1个工作日", True)


@pytest.mark.parametrize(
    ("now", "zh"),
    [
        ("2026-04-20 15:30", "还剩48小时"),
        ("2026-04-21 16:00", "还剩23小时"),
        ("2026-04-22 15:00", "还剩不足1小时"),
        ("2026-04-22 15:30", "逾期不足1小时"),
        ("2026-04-22 17:30", "逾期2小时"),
    ],
)
def test_hours_run_through_the_night(now: str, zh: str) -> None:
    start = datetime(2026, 4, 20, 7, 30, tzinfo=UTC)
    assert told(RunningHours(48), start, now).zh == zh


def test_calendar_days_count_every_day() -> None:
    assert told(CalendarDays(7), date(2026, 4, 20), "2026-04-21 08:00").zh == "还剩6日"
    assert told(CalendarDays(7), date(2026, 4, 20), "2026-05-01 08:00").en == "4 calendar days late"


def test_what_is_years_late_is_told_at_once() -> None:
    assert told(WorkingDays(1), date(2020, 4, 20), "2199-01-01 08:00").late
