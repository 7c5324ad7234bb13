"""The due date that a term, a start and the acts on the clock come to, with every day that led there.

Counting follows 民法典 arts. 201 and 203 by analogy: the day of the event is day zero, the last day counts
whole (to 24:00), and a period of calendar days whose last day is a day off ends on the next day that is none.
Pure: nothing here knows what time it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from rules.citation import Citation
from rules.clock_acts import Act, Course, Pause, course_of
from rules.moments import Moment, as_day, as_instant
from rules.periods import RunningHours, WorkingDays
from rules.terms import Term
from rules.working_calendar import CalendarDay, DayKind, HolidayName, WorkingCalendar

A_DAY = timedelta(1)


class Reason(StrEnum):
    """Why a day was counted or skipped."""

    COUNTED = "counted"
    MAKE_UP = "make-up-workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    NOT_COUNTED = "not-counted"
    MOVED = "moved"
    """The day to which a last day that was a day off has moved."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day on the way. With hours, one stretch of a day, from ``since`` to ``until``."""

    on: date
    reason: Reason
    number: int | None = None
    """The how-manieth counted day; with hours and on skipped days None."""
    name: HolidayName | None = None
    basis: Citation | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def counted(self) -> bool:
        """Whether it belongs to the period."""
        return self.reason in (Reason.COUNTED, Reason.MAKE_UP)


@dataclass(frozen=True, slots=True)
class Due:
    """A due date that explains itself: what it rests on, and each day that led to it."""

    term: Term
    start: Moment
    """The event, as the unit needs it: the organ's date, or an instant."""
    course: Course[date] | Course[datetime]
    days: tuple[Day, ...]
    on: date | None
    """The last day. None while time is not counted and the end of that is not known."""
    late_from: datetime | None
    """The instant from which it is missed: midnight after the last day, or the end of the last hour."""
    timezone: str
    uncovered: tuple[int, ...] = ()
    """Years it rests on whose arrangement is not known."""
    changeable: tuple[int, ...] = ()
    """Years whose last days of December it rests on, which the next year's arrangement may still change."""

    @property
    def provisional(self) -> bool:
        """Whether it was reckoned Monday to Friday in a year nobody has arranged yet."""
        return bool(self.uncovered)


def reckon(term: Term, start: Moment, acts: Iterable[Act] = (), *, calendar: WorkingCalendar) -> Due:
    """The due date, explained.

    Raises:
        InvalidInput: a time without a zone, a date where hours need an instant, an act that cannot be.
        ExtensionRefused: an extension the rule does not allow.
    """
    if isinstance(term.period, RunningHours):
        return _hours(term, start, acts, calendar)
    zone = calendar.timezone
    zero = as_day(start, zone)
    course = course_of(term, zero, acts, lambda moment, field: as_day(moment, zone, field=field))
    days = _working_days if isinstance(term.period, WorkingDays) else _calendar_days
    walked, rests_on, ended = days(term, course, calendar)
    on = walked[-1].on if ended else None
    return Due(
        term,
        zero,
        course,
        walked,
        on,
        None if on is None else _midnight(on + A_DAY, zone),
        zone,
        uncovered=_years(day.on for day in rests_on if not calendar.covers(day.on.year)),
        changeable=_years(
            day.on for day in rests_on if calendar.covers(day.on.year) and calendar.may_still_change(day.on)
        ),
    )


_Walk = tuple[tuple[Day, ...], list[Day], bool]
"""The days walked, those of them the date rests on, and whether the walk came to its end."""


def _working_days(term: Term, course: Course[date], calendar: WorkingCalendar) -> _Walk:
    step = -A_DAY if term.before else A_DAY
    on, counted, walked = course.zero, 0, list[Day]()
    while counted < course.number:
        on += step
        of_calendar, pause = calendar.day(on), _pausing(course, on)
        if not of_calendar.works:
            walked.append(_off(on, of_calendar))
        elif pause is None:
            counted += 1
            make_up = of_calendar.kind is DayKind.MAKE_UP
            walked.append(
                Day(on, Reason.MAKE_UP if make_up else Reason.COUNTED, counted, name=of_calendar.name)
            )
        elif pause.until is None:
            return tuple(walked), walked, False
        else:
            walked.append(Day(on, Reason.NOT_COUNTED, basis=pause.basis))
    return tuple(walked), walked, True


def _calendar_days(term: Term, course: Course[date], calendar: WorkingCalendar) -> _Walk:
    """Weekends and holidays count. Only the last day is looked at, and not when counting back: moving a
    date by which something must have reached people would shorten their time.
    """
    step = -A_DAY if term.before else A_DAY
    on, counted, walked = course.zero, 0, list[Day]()
    while counted < course.number:
        on += step
        pause = _pausing(course, on)
        if pause is None:
            counted += 1
            walked.append(Day(on, Reason.COUNTED, counted))
        elif pause.until is None:
            return tuple(walked), [], False
        else:
            walked.append(Day(on, Reason.NOT_COUNTED, basis=pause.basis))
    if term.before:
        return tuple(walked), [], True
    last = len(walked) - 1
    if calendar.day(on).works:
        return tuple(walked), walked[last:], True
    while True:
        on += A_DAY
        of_calendar, pause = calendar.day(on), _pausing(course, on)
        if not of_calendar.works:
            walked.append(_off(on, of_calendar))
        elif pause is None:
            walked.append(Day(on, Reason.MOVED))
            return tuple(walked), walked[last:], True
        elif pause.until is None:
            return tuple(walked), walked[last:], False
        else:
            walked.append(Day(on, Reason.NOT_COUNTED, basis=pause.basis))


def _hours(term: Term, start: Moment, acts: Iterable[Act], calendar: WorkingCalendar) -> Due:
    """Hours run on from the very instant (民法典 art. 201 ¶2): no night, no day off stops or moves them."""
    zone = calendar.timezone
    zero = as_instant(start)
    course = course_of(term, zero, acts, lambda moment, field: as_instant(moment, field=field))
    left, at, walked = timedelta(hours=course.number), course.zero, list[Day]()
    if term.before:
        walked = [*reversed(_stretches(at - left, at, zone))]
        return Due(term, zero, course, tuple(walked), walked[-1].on, at - left, zone)
    while left:
        pause = next((p for p in course.pauses if p.since <= at and (p.until is None or at < p.until)), None)
        if pause is None:
            until = min([at + left, *(p.since for p in course.pauses if p.since > at and p.since != p.until)])
            walked += _stretches(at, until, zone)
            left -= until - at
        elif pause.until is None:
            return Due(term, zero, course, tuple(walked), None, None, zone)
        else:
            until = pause.until
            walked += _stretches(at, until, zone, pause.basis)
        at = until
    return Due(term, zero, course, tuple(walked), walked[-1].on, at, zone)


def _pausing(course: Course[date], on: date) -> Pause[date] | None:
    """The stretch not counted that this day lies in: after the day it began, up to the day it ended."""
    return next((p for p in course.pauses if p.since < on and (p.until is None or on <= p.until)), None)


def _off(on: date, day: CalendarDay) -> Day:
    return Day(on, Reason.HOLIDAY if day.kind is DayKind.HOLIDAY else Reason.WEEKEND, name=day.name)


def _stretches(since: datetime, until: datetime, zone: str, basis: Citation | None = None) -> list[Day]:
    """From ``since`` to ``until``, cut at the organ's midnights."""
    reason = Reason.COUNTED if basis is None else Reason.NOT_COUNTED
    cut = list[Day]()
    while since < until:
        on = as_day(since, zone)
        end = min(until, _midnight(on + A_DAY, zone))
        cut.append(Day(on, reason, basis=basis, since=since, until=end))
        since = end
    return cut


def _midnight(on: date, zone: str) -> datetime:
    return datetime.combine(on, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _years(days: Iterable[date]) -> tuple[int, ...]:
    return tuple(sorted({on.year for on in days}))
