"""From what is stored of a clock to its due dates, explained, and the rungs of its ladder. No database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from engine.law import Law
from rules.citation import Citation
from rules.clock_acts import Act, Extended, NotCounted, Restarted
from rules.due import Due, reckon
from rules.ladder import MORNING, Ending, Rung, RungKind, ladder_of, rungs
from rules.moments import Moment, as_day
from rules.periods import Unit, period_of
from rules.terms import Term

RETHINK_AFTER = 5
"""Working days after which a limit that is not being counted is called to mind."""

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Start:
    """An event a limit runs from, and the key of the number that then governs it.

    ``number``: a decision fixed another number of the rule's units; 0: none did.
    """

    rule: str
    zh: str
    en: str
    at: Moment
    number: int = 0

    def as_json(self) -> dict[str, Any]:
        """What is stored."""
        own = {"number": self.number} if self.number else {}
        return {"rule": self.rule, "zh": self.zh, "en": self.en, "at": self.at.isoformat(), **own}


class StoredAct(Protocol):
    """A row of ``clock_act``, or what is to become one."""

    @property
    def kind(self) -> str: ...
    @property
    def basis(self) -> list[str]: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def number(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The due date from each start; the earliest governs."""

    starts: tuple[Start, ...]
    dues: tuple[Due, ...]

    @property
    def governing(self) -> int:
        """Which start governs: that of the earliest due date, of equal ones the first."""
        return min(range(len(self.dues)), key=lambda place: self.dues[place].late_from or _NEVER)

    @property
    def due(self) -> Due:
        """The date that counts."""
        return self.dues[self.governing]


def start_from(stored: dict[str, Any]) -> Start:
    """A start as it was stored: a date, or an instant with its zone."""
    at: str = stored["at"]
    moment: Moment = datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at)
    return Start(stored["rule"], stored["zh"], stored["en"], moment, stored.get("number", 0))


def unit_of(start: Start, law: Law) -> Unit:
    """What a limit that runs from this start counts."""
    return _term(start, law).period.unit


def reckoned(starts: Sequence[Start], acts: Iterable[StoredAct], law: Law) -> Reckoned:
    """The due dates under this law, with all acts granted so far.

    Raises:
        NoRuleInForce: no such number on the day of a start.
        InvalidInput, ExtensionRefused: an act that cannot be.
    """
    granted = tuple(acts)
    return Reckoned(tuple(starts), tuple(_due(start, granted, law) for start in starts))


def _term(start: Start, law: Law) -> Term:
    rows = law.parameters.assuming({start.rule: start.number}) if start.number else law.parameters
    return rows.on(start.rule, as_day(start.at, law.calendar.timezone)).term


def _due(start: Start, granted: tuple[StoredAct, ...], law: Law) -> Due:
    term = _term(start, law)
    acts = [act_from(act, term.period.unit) for act in granted]
    return reckon(term, start.at, acts, calendar=law.calendar)


def act_from(stored: StoredAct, unit: Unit) -> Act:
    """An act as a value of the law."""
    basis = Citation(*stored.basis)
    if stored.kind == "not-counted":
        assert stored.since is not None
        return NotCounted(stored.since, stored.until, basis)
    if stored.kind == "restarted":
        assert stored.since is not None
        return Restarted(stored.since, basis)
    assert stored.number is not None
    return Extended(period_of(unit, stored.number), basis)


# --- rungs -----------------------------------------------------------------------------------


def first_rung(
    due: Due,
    ladder: str,
    ending: Ending,
    law: Law,
    *,
    now: datetime,
    fired: frozenset[tuple[str, int]] = frozenset(),
) -> Rung:
    """The rung a clock is armed with, when it starts or its date has moved.

    A reminder whose time has passed is passed over: whoever arms the clock knows the date. So is a rung of
    ``fired``, those that came before the date moved, unless the new date brings it up again.
    """
    if due.late_from is None:
        return _rethink(law, now, place=1)
    ahead = rungs(
        ladder_of(ladder, due.term.period.unit), due, ending, calendar=law.calendar, parameters=law.parameters
    )
    return next(rung for rung in ahead if rung.at > now or not _is_past(rung, fired))


def _is_past(rung: Rung, fired: frozenset[tuple[str, int]]) -> bool:
    passed_over = rung.kind in (RungKind.REMIND, RungKind.STILL_OVERDUE)
    return passed_over or (rung.kind.value, rung.place) in fired


def next_rung(
    due: Due, ladder: str, ending: Ending, law: Law, *, after: tuple[str, int], now: datetime
) -> Rung:
    """The rung after the one that fired; repetitions missed meanwhile are passed over."""
    if due.late_from is None:
        return _rethink(law, now, place=after[1] + 1 if after[0] == RungKind.NOT_COUNTED else 1)
    ahead = rungs(
        ladder_of(ladder, due.term.period.unit), due, ending, calendar=law.calendar, parameters=law.parameters
    )
    following = (rung for rung in ahead if _place(rung.kind.value, rung.place) > _place(*after))
    return next(rung for rung in following if rung.at > now or rung.kind is not RungKind.STILL_OVERDUE)


def rungs_ahead(due: Due, ladder: str, ending: Ending, law: Law, *, armed: Rung) -> list[Rung]:
    """The rung that is armed and those after it, up to the last that is not a repetition."""
    if due.late_from is None or armed.kind in (RungKind.NOT_COUNTED, RungKind.STILL_OVERDUE):
        return [armed]
    ahead = rungs(
        ladder_of(ladder, due.term.period.unit), due, ending, calendar=law.calendar, parameters=law.parameters
    )
    known = takewhile(lambda rung: rung.kind is not RungKind.STILL_OVERDUE, ahead)
    return [
        armed,
        *(r for r in known if _place(r.kind.value, r.place) > _place(armed.kind.value, armed.place)),
    ]


_ORDER = {kind.value: place for place, kind in enumerate(RungKind)}


def _place(kind: str, place: int) -> tuple[int, int]:
    """Where a rung stands on the ladder, whatever the numbers of the ladder were when it was armed."""
    return _ORDER[kind], -place if kind == RungKind.REMIND else place


def _rethink(law: Law, now: datetime, *, place: int) -> Rung:
    on, left = as_day(now, law.calendar.timezone), RETHINK_AFTER
    while left:
        on += timedelta(1)
        left -= law.calendar.day(on).works
    return Rung(
        RungKind.NOT_COUNTED, place, datetime.combine(on, MORNING, tzinfo=ZoneInfo(law.calendar.timezone))
    )
