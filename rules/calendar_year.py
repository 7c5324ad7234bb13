"""A year as people read it: each holiday, its days off, its make-up workdays; and two calendars compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rules.site_table import NEW_YEAR_REACHES_BACK_TO
from rules.working_calendar import CalendarDay, DayKind, HolidayName, WorkingCalendar

A_DAY = timedelta(1)
_AROUND = timedelta(70)
"""How far around the year is looked: New Year's holiday reaches over its ends, and the next Spring Festival
is needed whole, or its make-up workdays would be given to New Year."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A stretch without a working day, what it is for, and the make-up workdays that pay for it."""

    names: tuple[HolidayName, ...]
    first: date
    last: date
    make_up: tuple[date, ...] = ()

    @property
    def days(self) -> int:
        """How many in a row nobody works."""
        return (self.last - self.first).days + 1

    def touches(self, year: int) -> bool:
        """Whether any of its days lies in the year."""
        return any(on.year == year for on in (self.first, self.last, *self.make_up))


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that works in one calendar and not in the other."""

    on: date
    before: CalendarDay
    after: CalendarDay


def holidays_of(calendar: WorkingCalendar, year: int) -> tuple[Holiday, ...]:
    """The year's holidays in order. A make-up workday goes with the nearest of its name, else the nearest."""
    stretches = list(_stretches(calendar, year))
    made_up: dict[int, list[date]] = {}
    for on, day in _days(calendar, date(year, 1, 1) - _AROUND, date(year, 12, 31) + _AROUND):
        if day.kind is DayKind.MAKE_UP and (near := _nearest(stretches, on, day)) is not None:
            made_up.setdefault(near, []).append(on)
    whole = (
        Holiday(each.names, each.first, each.last, tuple(made_up.get(place, ())))
        for place, each in enumerate(stretches)
    )
    return tuple(holiday for holiday in whole if holiday.touches(year))


def changed_days(before: WorkingCalendar, after: WorkingCalendar, year: int) -> tuple[ChangedDay, ...]:
    """The days of a year's arrangement that work in one and not in the other."""
    first = date(year - 1, *NEW_YEAR_REACHES_BACK_TO)
    return tuple(
        ChangedDay(on, was, after.day(on))
        for on, was in _days(before, first, date(year, 12, 31))
        if was.works != after.day(on).works
    )


def _stretches(calendar: WorkingCalendar, year: int) -> Iterator[Holiday]:
    """Days in a row without work, at least one of them a holiday: the weekend beside one belongs to it."""
    run: list[tuple[date, CalendarDay]] = []
    for on, day in _days(calendar, date(year, 1, 1) - _AROUND, date(year, 12, 31) + _AROUND):
        if not day.works:
            run.append((on, day))
            continue
        if names := tuple(dict.fromkeys(off.name for _, off in run if off.name is not None)):
            yield Holiday(names, run[0][0], run[-1][0])
        run = []


def _nearest(stretches: list[Holiday], on: date, day: CalendarDay) -> int | None:
    far = {place: min(abs(each.first - on), abs(each.last - on)) for place, each in enumerate(stretches)}
    named = [place for place in far if day.name in stretches[place].names]
    return min(named or far, key=far.__getitem__, default=None)


def _days(calendar: WorkingCalendar, first: date, last: date) -> Iterator[tuple[date, CalendarDay]]:
    for number in range((last - first).days + 1):
        on = first + number * A_DAY
        yield on, calendar.day(on)
