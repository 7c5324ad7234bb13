"""Periods 期限 in the law's three units. Each is a type of its own, and none is ever converted into another.

Ten working days are not fourteen days, and forty-eight hours are not two: 四(三)3 counts hours that run
through the night, 四(一)5 counts days on which the bureau works.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from rules.errors import InvalidInput


class Unit(StrEnum):
    """What is counted."""

    WORKING_DAYS = "working-days"
    CALENDAR_DAYS = "calendar-days"
    RUNNING_HOURS = "running-hours"


@dataclass(frozen=True)
class _Counted:
    number: int

    unit: ClassVar[Unit]
    longest: ClassVar[int]
    _zh: ClassVar[str]
    _en: ClassVar[str]

    def __post_init__(self) -> None:
        if type(self.number) is not int or not 1 <= self.number <= self.longest:
            raise InvalidInput(
                field=self.unit.value,
                why_zh=f"期限须为1至{self.longest}的整数",
                why_en=f"a period is a whole number from 1 to {self.longest}",
            )

    @property
    def zh(self) -> str:
        """As the law writes it: 20个工作日."""
        return f"{self.number}{self._zh}"

    @property
    def en(self) -> str:
        """In English: 20 working days."""
        return f"{self.number} {self._en}" + ("" if self.number == 1 else "s")


class WorkingDays(_Counted):
    """工作日: days on which organs work, make-up workdays 调休 included."""

    unit = Unit.WORKING_DAYS
    longest = 3_660  # ten years: a longer one is a slip of the pen
    _zh, _en = "个工作日", "working day"


class CalendarDays(_Counted):
    """日: every day counts, weekends and holidays too."""

    unit = Unit.CALENDAR_DAYS
    longest = 3_660
    _zh, _en = "日", "calendar day"


class RunningHours(_Counted):
    """小时: they run on through nights, weekends and holidays."""

    unit = Unit.RUNNING_HOURS
    longest = 87_840
    _zh, _en = "小时", "hour"


Period = WorkingDays | CalendarDays | RunningHours

_BY_UNIT: dict[Unit, type[Period]] = {kind.unit: kind for kind in (WorkingDays, CalendarDays, RunningHours)}


def period_of(unit: Unit, number: int) -> Period:
    """A period from its stored parts.

    Raises:
        InvalidInput: the number is not a positive whole one, or absurdly long.
    """
    return _BY_UNIT[unit](number)
