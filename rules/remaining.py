"""How much time a limit still has, or how late it is, said in the limit's own unit: 还剩3个工作日.

Today is day zero here too: what is due today has nothing left but the day itself.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules.periods import CalendarDays, RunningHours, Unit, period_of
from rules.time import local_date
from rules.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Remaining:
    """So much is left, or has passed since the end, in both languages."""

    zh: str
    en: str
    late: bool


def remaining(
    on: date, late_from: datetime, unit: Unit, *, now: datetime, calendar: WorkingCalendar
) -> Remaining:
    """What is left until ``late_from``, of whose day ``on`` is the last, or how long it is past.

    Args:
        unit: the unit the limit is counted in.
    """
    late = now >= late_from
    if unit is Unit.RUNNING_HOURS:
        hours = int(abs(late_from - now) / timedelta(hours=1))
        return _said(unit, min(hours, RunningHours.longest), late)
    today = local_date(now, calendar.timezone)
    if today == on and not late:
        return Remaining("今天到期", "due today", late=False)
    since, until = (on, today) if late else (today, on)
    return _said(unit, _days(since, until, unit, calendar), late)


def _days(since: date, until: date, unit: Unit, calendar: WorkingCalendar) -> int:
    """Days of the unit after ``since``, up to and with ``until``; who is ten years late is told no more."""
    days = min((until - since).days, CalendarDays.longest)
    if unit is Unit.CALENDAR_DAYS:
        return days
    return sum(calendar.day(since + timedelta(n)).works for n in range(1, days + 1))


def _said(unit: Unit, number: int, late: bool) -> Remaining:
    if number == 0:
        zh, en = ("不到1小时", "less than an hour") if unit is Unit.RUNNING_HOURS else ("", "")
    else:
        period = period_of(unit, number)
        zh, en = period.zh, period.en
    if late:
        return Remaining(f"已逾期{zh}", f"overdue by {en}" if en else "overdue", late=True)
    return Remaining(f"还剩{zh}", f"{en} left", late=False)
