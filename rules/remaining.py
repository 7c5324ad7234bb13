"""How much of a time limit is left, or by how much it is missed, told in the limit's own unit."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.periods import Unit
from rules.time import local_date
from rules.working_calendar import WorkingCalendar

_A_DAY, _AN_HOUR = timedelta(1), timedelta(hours=1)
_WORDS = {
    Unit.WORKING_DAYS: ("个工作日", "working day"),
    Unit.CALENDAR_DAYS: ("日", "calendar day"),
    Unit.RUNNING_HOURS: ("小时", "hour"),
}


@dataclass(frozen=True, slots=True)
class Remaining:
    """So many whole units that are left, or by which it is missed; what is begun is left out."""

    unit: Unit
    number: int
    late: bool

    @property
    def zh(self) -> str:
        """剩3个工作日, 今日到期, 逾期2个工作日."""
        if not self.late and not self.number and self.unit is not Unit.RUNNING_HOURS:
            return "今日到期"
        much = f"{self.number or '不足1'}{_WORDS[self.unit][0]}"
        return f"逾期{much}" if self.late else f"剩{much}"

    @property
    def en(self) -> str:
        """In English: 3 working days left, due today, 2 working days late."""
        if not self.late and not self.number and self.unit is not Unit.RUNNING_HOURS:
            return "due today"
        unit = _WORDS[self.unit][1]
        much = f"{self.number} {unit}s" if self.number > 1 else f"{self.number or 'under 1'} {unit}"
        return f"{much} {'late' if self.late else 'left'}"


def remaining(
    unit: Unit, on: date, late_from: datetime, *, now: datetime, calendar: WorkingCalendar
) -> Remaining:
    """What is left of a limit whose last day is ``on`` and which is missed from ``late_from``.

    Today is not counted while the limit runs, nor is its last day once it is missed.
    """
    late = now >= late_from
    if unit is Unit.RUNNING_HOURS:
        return Remaining(unit, abs(late_from - now) // _AN_HOUR, late)
    today = local_date(now, calendar.timezone)
    first, last = (on, today) if late else (today, on)
    days = [first + _A_DAY * place for place in range(1, (last - first).days + 1)]
    if unit is Unit.WORKING_DAYS:
        days = [day for day in days if calendar.day(day).works]
    return Remaining(unit, len(days), late)


def true_until(unit: Unit, late_from: datetime, *, now: datetime, timezone: str) -> datetime:
    """Until when that stays true: the organ's next midnight, or the end of the hour that is running."""
    if unit is Unit.RUNNING_HOURS:
        return now + ((late_from - now) % _AN_HOUR or _AN_HOUR)
    return datetime.combine(local_date(now, timezone) + _A_DAY, time(), tzinfo=ZoneInfo(timezone))
