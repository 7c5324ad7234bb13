"""A time limit 时限 as lists tell it: what, until when, how much of it is left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.clocks.reckoning import start_from, unit_of
from engine.law import Law
from engine.reading.values import Wording
from rules.periods import Unit
from rules.remaining import remaining


@dataclass(frozen=True)
class Left:
    """So many whole units that are left, or by which it is missed, and how that is said."""

    unit: Unit
    number: int
    late: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Limit:
    """One time limit. ``state`` is that of ``ClockView``; ``remaining`` is null once it ended, and while
    time is not counted.
    """

    clock: int
    key: str
    title: Wording
    of_step: bool  # the step's own target; otherwise the case's, which runs through all steps
    basis: str
    due_on: date | None
    late_from: datetime | None
    provisional: bool
    state: str
    remaining: Left | None


def limit_of(clock: Mapping[str, Any], law: Law, now: datetime) -> Limit:
    """From the columns of a stored clock."""
    return Limit(
        clock=clock["id"],
        key=clock["key"],
        title=Wording(clock["title"]["zh"], clock["title"]["en"]),
        of_step=clock["step_id"] is not None,
        basis=clock["basis"],
        due_on=clock["due_on"],
        late_from=clock["late_from"],
        provisional=clock["provisional"],
        state=state_of(clock),
        remaining=left_of(clock, law, now),
    )


def limits_from(clocks: Iterable[Mapping[str, Any]] | None, law: Law, now: datetime) -> list[Limit]:
    """From what ``to_jsonb`` made of stored clocks; null: none."""
    return [limit_of(_read(clock), law, now) for clock in clocks or ()]


def state_of(clock: Mapping[str, Any]) -> str:
    """One word for what a stored clock is."""
    if clock["closed_at"] is None:
        return str(clock["stage"])
    return "met-late" if clock["met_late"] else str(clock["closed_because"])


def left_of(clock: Mapping[str, Any], law: Law, now: datetime) -> Left | None:
    """How much of an open clock is left, in its own unit."""
    on, late_from = clock["due_on"], clock["late_from"]
    if clock["closed_at"] is not None or late_from is None:
        return None
    unit = unit_of(start_from(clock["starts"][clock["governing"]]), law)
    found = remaining(unit, on, late_from, now=now, calendar=law.calendar)
    return Left(unit, found.number, found.late, found.zh, found.en)


def _read(clock: Mapping[str, Any]) -> dict[str, Any]:
    on, late_from = clock["due_on"], clock["late_from"]
    return {
        **clock,
        "due_on": on and date.fromisoformat(on),
        "late_from": late_from and datetime.fromisoformat(late_from),
    }
