"""What is left of a limit is told in its own unit, never in another, and stays true as long as said."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import Unit
from rules.remaining import Remaining, remaining, true_until
from rules.working_calendar import WorkingCalendar

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar()
WORKING, CALENDAR_DAYS, HOURS = Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.RUNNING_HOURS


def at(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=ZONE)


def left(unit: Unit, now: str | datetime, *, on: str = "2026-04-30", late_from: str = "") -> Remaining:
    end = at(late_from) if late_from else at(on) + timedelta(1)
    moment = at(now) if isinstance(now, str) else now
    return remaining(unit, date.fromisoformat(on), end, now=moment, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("unit", "now", "zh", "en"),
    [
        (WORKING, "2026-04-27T09:00", "剩3个工作日", "3 working days left"),
        (WORKING, "2026-04-29T23:59", "剩1个工作日", "1 working day left"),
        (WORKING, "2026-04-30T23:59", "今日到期", "due today"),
        # 1 to 5 May are holidays; Saturday 9 May is worked.
        (WORKING, "2026-05-01T00:00", "逾期不足1个工作日", "under 1 working day late"),
        (WORKING, "2026-05-06T00:00", "逾期1个工作日", "1 working day late"),
        (WORKING, "2026-05-09T12:00", "逾期4个工作日", "4 working days late"),
        (CALENDAR_DAYS, "2026-04-20T09:00", "剩10日", "10 calendar days left"),
        (CALENDAR_DAYS, "2026-05-01T00:00", "逾期1日", "1 calendar day late"),
    ],
)
def test_days_are_told_by_the_organs_calendar(unit: Unit, now: str, zh: str, en: str) -> None:
    found = left(unit, now)
    assert (found.zh, found.en) == (zh, en)


@pytest.mark.parametrize(
    ("now", "zh"),
    [
        ("2026-04-30T03:00", "剩6小时"),
        ("2026-04-30T03:01", "剩5小时"),
        ("2026-04-30T08:30", "剩不足1小时"),
        ("2026-04-30T09:00", "逾期不足1小时"),
        ("2026-05-01T10:00", "逾期25小时"),
    ],
)
def test_hours_run_through_nights_and_holidays(now: str, zh: str) -> None:
    assert left(HOURS, now, late_from="2026-04-30T09:00").zh == zh


@given(
    unit=st.sampled_from(Unit),
    minutes=st.integers(-40 * 24 * 60, 40 * 24 * 60),
    late_hour=st.integers(0, 23),
)
def test_what_is_left_changes_when_it_was_said_to_and_not_before(
    unit: Unit, minutes: int, late_hour: int
) -> None:
    end = f"2026-04-30T{late_hour:02}:20" if unit is HOURS else ""
    late_from = at(end) if end else at("2026-05-01")
    now = (late_from + timedelta(minutes=minutes)).astimezone(UTC)
    until = true_until(unit, late_from, now=now, timezone="Asia/Shanghai")
    assert now < until <= now + timedelta(1)
    first, a_second = left(unit, now + timedelta(seconds=1), late_from=end), timedelta(seconds=1)
    assert left(unit, until - a_second, late_from=end) == first
    if unit is not WORKING:  # the next day may be a day off
        assert left(unit, until + a_second, late_from=end) != first
