"""The time limits of a case 时限: what is due when, by which provision, how that is reckoned."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from engine.actor import Actor
from engine.clocks.explaining import Foreseen, data_of, explanation, foreseen
from engine.clocks.reckoning import Reckoned, reckoned, rungs_ahead, start_from
from engine.law import Law, law_of
from engine.policy import Act, may
from engine.reading.limits import Left, left_of, state_of
from engine.reading.values import Wording, snapshot
from engine.reading.visible import load_visible
from engine.service import Service
from rules.clock_acts import ActKind
from rules.errors import GongkaiError
from rules.ladder import Ending, Rung, RungKind

_CLOCKS = text(
    """
    SELECT k.*, s.key AS step_key, s.round AS step_round FROM clock k LEFT JOIN step s ON s.id = k.step_id
     WHERE k.case_id = :case ORDER BY k.step_id IS NOT NULL, k.id
    """
)
_ACTS = text(
    """
    SELECT x.*, a.name AS asked_name, b.name AS answered_name, r.name AS resumed_name
      FROM clock_act x JOIN person a ON a.id = x.asked_by
      LEFT JOIN person b ON b.id = x.answered_by LEFT JOIN person r ON r.id = x.resumed_by
     WHERE x.case_id = :case ORDER BY x.id
    """
)
_RUNGS = text("SELECT * FROM rung WHERE case_id = :case ORDER BY fired_at NULLS LAST, id")


@dataclass(frozen=True)
class RungView:
    """A rung that fired, or one that is still to come (``fired_at`` is null)."""

    kind: str
    place: int
    due_at: datetime
    fired_at: datetime | None
    late: bool


@dataclass(frozen=True)
class ActView:
    """What was asked of a clock, and what became of it; ``granted`` is null while nobody has answered."""

    id: int
    kind: str
    ground: str
    basis: str
    since: datetime | None
    until: datetime | None
    number: int | None
    asked_by: str
    asked_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    granted: bool | None
    answer: str
    resumed_by: str | None


@dataclass(frozen=True)
class ClockView:
    """One time limit.

    ``state``: running, due-soon, overdue, escalated; met, met-late, lapsed, arrived, stopped.

    ``step`` is the label of the step whose own target it is; null: it is the case's. ``remaining`` is null
    once it ended, and while time is not counted.
    """

    id: int
    key: str
    round: int
    title: Wording
    step: str | None
    state: str
    basis: str
    due_on: date | None
    late_from: datetime | None
    provisional: bool
    armed_at: datetime
    closed_at: datetime | None
    remaining: Left | None
    rungs: list[RungView] = field(default_factory=list)
    """What fired, then what is to come up to the last escalation."""
    acts: list[ActView] = field(default_factory=list)
    explained: dict[str, list[str]] = field(default_factory=dict)
    """By language, line by line: how the law it was last reckoned under comes to this date."""
    reckoned: list[dict[str, Any]] = field(default_factory=list)
    """The same as data: a mapping per start, see ``rules.due_data``."""
    may_ask: list[str] = field(default_factory=list)
    """Kinds of acts the reader may ask of it now; none while something asked waits for its answer."""
    may_resume: bool = False
    """Whether the reader may say that time is counted again."""
    foreseen: Foreseen | None = None
    """What granting what waits for its answer would come to; null as well if that can no longer be."""


def read_clocks(service: Service, actor: Actor, number: str) -> list[ClockView]:
    """All time limits of a case, its own first, then those of its steps.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number)
        law = law_of(connection, service.settings.timezone)
        views = clocks_of(connection, case.row.id, law, service.now)
    if not may(actor, Act.ASK_OF_CLOCK, case.facts):
        return views
    return [
        replace(view, may_ask=_may_be_asked(view), may_resume=view.closed_at is None and _lasts(view))
        for view in views
    ]


def _lasts(view: ClockView) -> bool:
    return any(act.kind == ActKind.NOT_COUNTED and act.granted and act.until is None for act in view.acts)


def _may_be_asked(view: ClockView) -> list[str]:
    """What the law may allow: a period counted back takes no acts, and only some can be extended, once."""
    waits = any(act.granted is None for act in view.acts)
    if view.closed_at is not None or waits or any(start["before"] for start in view.reckoned):
        return []
    extendable = all(start["extendable_by"] and not start["extended"] for start in view.reckoned)
    return [ActKind.NOT_COUNTED, ActKind.RESTARTED, *([ActKind.EXTENDED] if extendable else [])]


def clocks_of(connection: Connection, case_id: int, law: Law, now: datetime) -> list[ClockView]:
    """The same for whoever may know of the case already: three statements."""
    found = {"case": case_id}
    acts, rungs = connection.execute(_ACTS, found).all(), connection.execute(_RUNGS, found).all()
    return [
        _view(
            row,
            [act for act in acts if act.clock_id == row.id],
            [rung for rung in rungs if rung.clock_id == row.id],
            # The date it has, explained by the law that made it; a limit that ended keeps both.
            law_of(connection, law.calendar.timezone, row.law_revision),
            now,
        )
        for row in connection.execute(_CLOCKS, found).all()
    ]


def _view(row: Any, acts: list[Any], rungs: list[Any], law: Law, now: datetime) -> ClockView:
    made = _made(row, [act for act in acts if act.granted], law)
    return ClockView(
        id=row.id,
        key=row.key,
        round=row.round,
        title=Wording(row.title["zh"], row.title["en"]),
        step=None if row.step_key is None else f"{row.step_key}:{row.step_round}",
        state=state_of(row._mapping),
        basis=row.basis,
        due_on=row.due_on,
        late_from=row.late_from,
        provisional=row.provisional,
        armed_at=row.armed_at,
        closed_at=row.closed_at,
        remaining=left_of(row._mapping, law, now),
        rungs=[*_fired(rungs), *_to_come(row, rungs, made, law)],
        acts=[_act(act) for act in acts],
        explained={"zh": explanation(made), "en": explanation(made, "en")},
        reckoned=data_of(made),
        foreseen=_foreseen(row, acts, law),
    )


def _foreseen(row: Any, acts: list[Any], law: Law) -> Foreseen | None:
    asked = [act for act in acts if act.granted is None]
    if row.closed_at is not None or not asked:
        return None
    try:
        return foreseen(_made(row, [*(act for act in acts if act.granted), *asked], law))
    except GongkaiError:  # whoever answers is told why
        return None


def _made(row: Any, acts: list[Any], law: Law) -> Reckoned:
    return reckoned([start_from(start) for start in row.starts], acts, law)


def _fired(rungs: list[Any]) -> list[RungView]:
    return [
        RungView(rung.kind, rung.place, rung.due_at, rung.fired_at, rung.late)
        for rung in rungs
        if rung.fired_at is not None
    ]


def _to_come(row: Any, rungs: list[Any], made: Reckoned, law: Law) -> list[RungView]:
    armed = next((rung for rung in rungs if rung.fired_at is None), None)
    if armed is None:
        return []
    first = Rung(RungKind(armed.kind), armed.place, armed.due_at)
    ahead = rungs_ahead(made.due, row.ladder, Ending(row.ending), law, armed=first)
    return [RungView(rung.kind.value, rung.place, rung.at, None, late=False) for rung in ahead]


def _act(act: Any) -> ActView:
    return ActView(
        act.id,
        act.kind,
        act.ground,
        " ".join(act.basis),
        act.since,
        act.until,
        act.number,
        act.asked_name,
        act.asked_at,
        act.answered_name,
        act.answered_at,
        act.granted,
        act.answer,
        act.resumed_name,
    )
