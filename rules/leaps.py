"""How far a demonstration's time leaps 虚拟时间: by a stretch, to an instant, to the next working morning."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.errors import InvalidInput
from rules.moments import as_instant
from rules.time import local_date
from rules.working_calendar import WorkingCalendar

NEXT_WORKING_DAY = "next-working-day"
MORNING = time(9)
"""When organs open, by the organ's clock."""

_STRETCH = re.compile(r"([0-9]{1,5})([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def destination(now: datetime, *, by: str = "", to: str = "", calendar: WorkingCalendar) -> datetime:
    """Where a leap leads from ``now``, in UTC.

    Args:
        by: a stretch: ``3d``, ``12h``, ``30m``.
        to: a day or an instant by the organ's clock (``2026-12-21T09:00``), or ``next-working-day``.

    Raises:
        InvalidInput: neither or both, unreadable, not forward, or beyond any calendar here.
    """
    if bool(by) == bool(to):
        raise _refused("by", "须给出时长或时刻，二者取一", "give a stretch or an instant, one of the two")
    zone = ZoneInfo(calendar.timezone)
    field, there = ("by", now + _stretch(by)) if by else ("to", _named(now, to, zone, calendar))
    if there <= now:
        here = now.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        raise _refused(
            field, f"时间只能向前，现在是 {here}", f"time only moves forward, and it is {here} already"
        )
    return as_instant(there, field=field)


def _stretch(by: str) -> timedelta:
    read = _STRETCH.fullmatch(by)
    if read is None:
        raise _refused("by", "须写作 3d、12h 或 30m（日、小时、分钟）", "write 3d, 12h or 30m")
    return int(read[1]) * _UNITS[read[2]]


def _named(now: datetime, to: str, zone: ZoneInfo, calendar: WorkingCalendar) -> datetime:
    if to == NEXT_WORKING_DAY:
        return _next_working_morning(now, zone, calendar)
    try:
        there = datetime.fromisoformat(to)
    except ValueError:
        raise _refused(
            "to", "须写作 2026-12-21T09:00（本地时间）", "write 2026-12-21T09:00 (local time)"
        ) from None
    return there if there.tzinfo else there.replace(tzinfo=zone)


def _next_working_morning(now: datetime, zone: ZoneInfo, calendar: WorkingCalendar) -> datetime:
    day = local_date(now, calendar.timezone) + timedelta(days=1)
    while not calendar.day(day).works:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, zone)


def _refused(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(where="clock", field=field, why_zh=zh, why_en=en)
