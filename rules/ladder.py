"""The ladder of a time limit: when it is called to mind, when it is missed, and whom that then goes up to.

Reminders come before the end and escalations after it, counted in the limit's own unit. Each day's rung
comes at nine in the morning; the limit is missed at the instant its last day or hour is over. After the last
escalation a missed limit is told of again and again: it is never forgotten. The numbers stand in
``data/ladders.yaml``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml  # type: ignore[import-untyped]

from rules.due import Due
from rules.errors import MalformedFile
from rules.parameters import Parameters
from rules.periods import Unit
from rules.working_calendar import WorkingCalendar

LADDERS = Path(__file__).parent / "data" / "ladders.yaml"
MORNING = time(9)
GRACE = timedelta(seconds=60)
"""So long a lapse waits after the end: what was received in time may still be on its way."""

_A_DAY = timedelta(1)


class RungKind(StrEnum):
    """What happens at a rung, in the order of the ladder."""

    NOT_COUNTED = "not-counted"
    """Time is not being counted, and no end of that is known: somebody should see to it."""
    REMIND = "remind"
    LAPSE = "lapse"
    ARRIVE = "arrive"
    OVERDUE = "overdue"
    ESCALATE = "escalate"
    STILL_OVERDUE = "still-overdue"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Units before the end, units after it, and every how many units it is told of after that."""

    key: str
    remind: tuple[int, ...]
    escalate: tuple[int, ...]
    repeat: int


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: its kind, its place (so many units before or after), and when it comes."""

    kind: RungKind
    place: int
    at: datetime


class Ending(StrEnum):
    """What the end of a limit means: a duty missed, a silence with a meaning, or the event itself."""

    MISSED = "missed"
    LAPSE = "lapse"
    ARRIVE = "arrive"


def rungs(
    ladder: Ladder, due: Due, ending: Ending, *, calendar: WorkingCalendar, parameters: Parameters
) -> Iterator[Rung]:
    """All rungs of a ladder in their order; without end where a missed limit is told of again and again.

    A provisional date is called to mind earlier by the site's margin (四(一)5 knows no guess).
    """
    if due.late_from is None or due.on is None:
        return
    steps = _Steps(due, calendar)
    margin = _margin(parameters, due) if due.provisional else timedelta(0)
    for before in sorted(ladder.remind, reverse=True):
        yield Rung(RungKind.REMIND, before, steps.before(before) - margin)
    if ending is Ending.LAPSE:
        yield Rung(RungKind.LAPSE, 0, due.late_from + GRACE)
        return
    if ending is Ending.ARRIVE:
        yield Rung(RungKind.ARRIVE, 0, due.late_from)
        return
    yield Rung(RungKind.OVERDUE, 0, due.late_from)
    for place, after in enumerate(sorted(ladder.escalate), start=1):
        yield Rung(RungKind.ESCALATE, place, steps.after(after))
    last, place = max(ladder.escalate, default=0), 0
    while True:
        place += 1
        yield Rung(RungKind.STILL_OVERDUE, place, steps.after(last + place * ladder.repeat))


class _Steps:
    """Counts from the end of a limit, in its unit."""

    def __init__(self, due: Due, calendar: WorkingCalendar) -> None:
        assert due.on is not None
        assert due.late_from is not None
        self._on, self._late_from, self._calendar = due.on, due.late_from, calendar
        self._unit = due.term.period.unit

    def before(self, number: int) -> datetime:
        return self._late_from - timedelta(hours=number) if self._hours else self._day(-number)

    def after(self, number: int) -> datetime:
        return self._late_from + timedelta(hours=number) if self._hours else self._day(number)

    @property
    def _hours(self) -> bool:
        return self._unit is Unit.RUNNING_HOURS

    def _day(self, number: int) -> datetime:
        """In the morning of the day so many units away from the last one."""
        on = self._on
        if self._unit is Unit.CALENDAR_DAYS:
            on += timedelta(number)
        else:
            step = _A_DAY if number > 0 else -_A_DAY
            for _ in range(abs(number)):
                on = self._working_day(on + step, step)
        return _at(on, self._calendar.timezone)

    def _working_day(self, on: date, step: timedelta) -> date:
        while not self._calendar.day(on).works:
            on += step
        return on


def _at(on: date, zone: str) -> datetime:
    return datetime.combine(on, MORNING, tzinfo=ZoneInfo(zone))


def _margin(parameters: Parameters, due: Due) -> timedelta:
    assert due.on is not None
    return timedelta(days=parameters.on("provisional-margin", due.on).term.period.number)


_MISSED = frozenset({RungKind.OVERDUE, RungKind.ESCALATE, RungKind.STILL_OVERDUE, RungKind.LAPSE})


def is_urgent(kind: RungKind, place: int, ladder: Ladder) -> bool:
    """Whether a rung's message cannot wait: the last reminder, and whatever tells that a limit is missed."""
    last_reminder = kind is RungKind.REMIND and place == min(ladder.remind)
    return last_reminder or kind in _MISSED


# --- the numbers -----------------------------------------------------------------------------


def ladder_of(key: str, unit: Unit) -> Ladder:
    """The ladder of that key; without a key the unit's own.

    Raises:
        KeyError: no ladder of that key: a procedure names one that is not in the file.
    """
    return _ladders()[key or unit.value]


@cache
def _ladders() -> dict[str, Ladder]:
    ladders = read_ladders(LADDERS.read_text(encoding="utf-8"), where=LADDERS.name)
    return {ladder.key: ladder for ladder in ladders}


def read_ladders(text: str, *, where: str) -> tuple[Ladder, ...]:
    """The ladders of a file, each validated.

    Raises:
        MalformedFile: with the place of the first fault.
    """
    content = yaml.safe_load(text)
    if not isinstance(content, list):
        raise MalformedFile(where=where, why_zh="须为时限提醒列表", why_en="it must be a list of ladders")
    return tuple(_ladder(entry, f"{where} [{place}]") for place, entry in enumerate(content))


def _ladder(entry: Any, where: str) -> Ladder:
    if not isinstance(entry, dict) or entry.keys() != {"key", "remind", "escalate", "repeat"}:
        names = "key, remind, escalate, repeat"
        raise MalformedFile(where=where, why_zh=f"须恰有 {names}", why_en=f"it must have exactly {names}")
    numbers = [*entry["remind"], *entry["escalate"], entry["repeat"]]
    if not all(type(number) is int and 0 < number <= 1000 for number in numbers):
        why = "须为1至1000的整数", "the numbers are whole and from 1 to 1000"
        raise MalformedFile(where=where, why_zh=why[0], why_en=why[1])
    return Ladder(str(entry["key"]), tuple(entry["remind"]), tuple(entry["escalate"]), entry["repeat"])
