"""Which days organs work: the arrangements published so far, and the site's tables over them.

``chinesecalendar`` carries every arrangement the State Council published, and knows where its knowledge ends.
In a year nobody has arranged yet Monday to Friday are taken as working days, and what was reckoned with them
is provisional.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chinese_calendar.constants import Holiday, holidays, workdays

from rules.site_table import NEW_YEAR_REACHES_BACK_TO, SATURDAY, SiteTable


class DayKind(StrEnum):
    """What a day is to an organ."""

    WORKDAY = "workday"
    MAKE_UP = "make-up-workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class HolidayName:
    """A holiday's name."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day's kind, and the holiday it belongs to as a day off or a make-up workday."""

    kind: DayKind
    name: HolidayName | None = None

    @property
    def works(self) -> bool:
        """Whether organs work."""
        return self.kind in (DayKind.WORKDAY, DayKind.MAKE_UP)


_WORKDAY, _WEEKEND = CalendarDay(DayKind.WORKDAY), CalendarDay(DayKind.WEEKEND)
_ENGLISH = {holiday.chinese.removesuffix("节"): holiday.value for holiday in Holiday}
_LIBRARY = {
    **{on: CalendarDay(DayKind.HOLIDAY, HolidayName(Holiday(en).chinese, en)) for on, en in holidays.items()},
    **{on: CalendarDay(DayKind.MAKE_UP, HolidayName(Holiday(en).chinese, en)) for on, en in workdays.items()},
}
PROGRAM_YEARS = frozenset(on.year for on in holidays) & frozenset(on.year for on in workdays)
"""The years whose arrangement comes with the program."""


class WorkingCalendar:
    """An organ's days: which of them work, and where its midnight is."""

    def __init__(self, tables: Iterable[SiteTable] = (), *, timezone: str = "Asia/Shanghai") -> None:
        """A site table wins over the library day by day; a later year's over an earlier one's December."""
        self.timezone = timezone
        self._days = dict(_LIBRARY)
        self._covered = set(PROGRAM_YEARS)
        for table in sorted(tables, key=lambda table: table.year):
            if table.complete:
                self._covered.add(table.year)
            for day in table.days:
                kind = DayKind.HOLIDAY if day.is_off_day else DayKind.MAKE_UP
                self._days[day.on] = CalendarDay(kind, _named(day.name))

    def day(self, on: date) -> CalendarDay:
        """What this day is; Monday to Friday work where nothing else was arranged."""
        return self._days.get(on) or (_WORKDAY if on.weekday() < SATURDAY else _WEEKEND)

    def covers(self, year: int) -> bool:
        """Whether the year's arrangement is known: both its days off and its make-up workdays."""
        return year in self._covered

    def may_still_change(self, on: date) -> bool:
        """Whether a day at the end of a known year may move with the next year's arrangement."""
        return (on.month, on.day) >= NEW_YEAR_REACHES_BACK_TO and not self.covers(on.year + 1)


def _named(name: str) -> HolidayName:
    return HolidayName(name, _ENGLISH.get(name.removesuffix("节"), name))
