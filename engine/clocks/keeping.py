"""Clocks as rows: armed, ended and moved, always within the work on their case and in the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, exists, func, insert, select, update

from engine.clocks.reckoning import Reckoned, Start, first_rung, reckoned, start_from
from engine.law import Law
from engine.work import StepRow, Work
from models import Assignment, Clock, ClockAct, Rung
from models.statement import Statement
from rules.ladder import Ending
from rules.ladder import Rung as Planned

_clock, _rung, _act, _assignment = Clock.__table__, Rung.__table__, ClockAct.__table__, Assignment.__table__

_fired_of_clock = exists().where(_rung.c.clock_id == _clock.c.id, _rung.c.fired_at.is_not(None))
_OPEN = Statement(
    select(_clock, _fired_of_clock.label("has_fired"))
    .where(_clock.c.case_id == bindparam("case"), _clock.c.closed_at.is_(None))
    .order_by(_clock.c.id)
)
_GRANTED = Statement(
    select(_act).where(_act.c.clock_id == bindparam("clock"), _act.c.granted).order_by(_act.c.id)
)
_FIRED = Statement(
    select(_rung.c.kind, _rung.c.place).where(
        _rung.c.clock_id == bindparam("clock"), _rung.c.fired_at.is_not(None)
    )
)
_OF_LAW = ("law_revision", "governing", "basis", "due_on", "late_from", "provisional")
_OF_MOVE = ("moves", "stage", "changed_seq")
_OF_RUNG = ("moves", "kind", "place", "due_at", "late")


def _set(table: Table, names: Iterable[str], prefix: str) -> dict[str, Any]:
    return {name: bindparam(f"{prefix}{name}", type_=table.c[name].type) for name in names}


_this_clock = _clock.c.id == bindparam("clock")
_STAY = Statement(update(_clock).where(_this_clock).values(_set(_clock, _OF_LAW, "new_")))
_REARM = (
    update(_rung)
    .where(_rung.c.clock_id == bindparam("clock"), _rung.c.fired_at.is_(None))
    .values(_set(_rung, _OF_RUNG, "rung_"))
    .returning(_rung.c.id)
)
_MOVE = Statement(
    _REARM.add_cte(
        update(_clock).where(_this_clock).values(_set(_clock, (*_OF_LAW, *_OF_MOVE), "new_")).cte("moved")
    )
)


@dataclass(frozen=True)
class Armed:
    """A clock about to be stored: what it says, the date it comes to, and its first rung."""

    values: dict[str, Any]
    rung: dict[str, Any]


def plan(
    work: Work,
    *,
    key: str,
    title: dict[str, str],
    starts: Sequence[Start],
    ladder: str = "",
    ending: Ending = Ending.MISSED,
    silence: str = "",
) -> Armed:
    """What arming a clock now stores.

    Raises:
        NoRuleInForce: no such number on the day of a start.
    """
    made = reckoned(starts, (), work.law)
    rung = first_rung(made.due, ladder, ending, work.law, now=work.now)
    return Armed(
        {
            "key": key,
            "title": title,
            "starts": [start.as_json() for start in starts],
            "ladder": ladder,
            "ending": ending.value,
            "silence": silence,
            "armed_at": work.now,
            "moves": 0,
            "stage": "running",
            "closed_because": "",
            "met_late": False,
            "changed_seq": work.seq,
            **told_of(made, work.law),
        },
        as_row(rung, moves=0),
    )


def told_of(made: Reckoned, law: Law) -> dict[str, Any]:
    """The columns that hold what the law made of a clock."""
    due = made.due
    return {
        "law_revision": law.revision,
        "governing": made.governing,
        "basis": str(due.term.basis or ""),
        "due_on": due.on,
        "late_from": due.late_from,
        "provisional": due.provisional,
    }


def as_row(rung: Planned, *, moves: int) -> dict[str, Any]:
    """An armed rung as its row."""
    return {"moves": moves, "kind": rung.kind.value, "place": rung.place, "due_at": rung.at, "late": False}


def plan_for_step(work: Work, call: dict[str, Any], opened_at: datetime) -> Armed:
    """What arming the own clock of a step stores; ``call`` is the step's, with its target."""
    lapses = bool(call["silence"])
    return plan(
        work,
        key=f"step:{call['key']}",
        title=call["title"],
        starts=[Start(call["target"], "环节开启", "the step was opened", opened_at)],
        ladder="" if lapses else "step",
        ending=Ending.LAPSE if lapses else Ending.MISSED,
        silence=call["silence"],
    )


def start_clock(work: Work, armed: Armed) -> Row[Any]:
    """Store a clock of the case with its first rung."""
    key = armed.values["key"]
    before = select(func.coalesce(func.max(_clock.c.round), 0) + 1).where(
        _clock.c.case_id == work.case.id, _clock.c.key == key
    )
    row = work.connection.execute(
        insert(_clock)
        .values(case_id=work.case.id, round=before.scalar_subquery(), **armed.values)
        .returning(_clock)
    ).one()
    work.connection.execute(insert(_rung).values(clock_id=row.id, case_id=work.case.id, **armed.rung))
    note_armed(work, armed, f"{key}:{row.round}")
    return row


def start_step_clock(work: Work, step: StepRow, armed: Armed) -> None:
    """Store the own clock of a step that is open without one."""
    clock_id = work.connection.execute(
        insert(_clock)
        .values(case_id=work.case.id, step_id=step.id, round=step.round, **armed.values)
        .returning(_clock.c.id)
    ).scalar_one()
    work.connection.execute(insert(_rung).values(clock_id=clock_id, case_id=work.case.id, **armed.rung))
    note_armed(work, armed, step.label)


def arm_again(work: Work, clock: Any) -> bool:
    """Arm an open clock that has no armed rung; returns whether it had none."""
    armed = select(_rung.c.id).where(_rung.c.clock_id == clock.id, _rung.c.fired_at.is_(None))
    if work.connection.execute(armed).first() is not None:
        return False
    rung = _rung_anew(work, clock, reckon_clock(work, clock))
    moves = clock.moves + 1
    work.connection.execute(
        insert(_rung).values(clock_id=clock.id, case_id=work.case.id, **as_row(rung, moves=moves))
    )
    work.connection.execute(update(_clock).where(_clock.c.id == clock.id).values(moves=moves))
    return True


def note_armed(work: Work, armed: Armed, label: str) -> None:
    """The ledger entry of a clock that starts."""
    values = armed.values
    work.note("clock-armed", basis=values["basis"], step=label, data=_dates(values))


def end_clock(work: Work, clock: Row[Any], because: str, *, at: datetime | None = None) -> bool:
    """End an open clock: met, lapsed, arrived or stopped. Returns whether the limit was missed.

    Args:
        at: when what it waited for happened; now, unless it is known better.
    """
    late = because == "met" and clock.late_from is not None and (at or work.now) >= clock.late_from
    work.connection.execute(
        update(_clock)
        .where(_clock.c.id == clock.id)
        .values(closed_at=work.now, closed_because=because, met_late=late, changed_seq=work.seq)
    )
    work.connection.execute(delete(_rung).where(_rung.c.clock_id == clock.id, _rung.c.fired_at.is_(None)))
    close_todos(work, clock.id)
    _answer_nobody(work, clock.id)
    note_ended(work, f"{clock.key}:{clock.round}", because, basis=clock.basis, late=late)
    return late


def note_ended(work: Work, label: str, because: str, *, basis: str, late: bool) -> None:
    """The ledger entry of a clock that ends."""
    work.note(f"clock-{because}", basis=basis, step=label, data={"late": late} if because == "met" else None)


def close_todos(work: Work, clock_id: int) -> None:
    """Escalations of a clock that ended, or has time again, need nobody any more."""
    about = _assignment.c.rung_id.in_(select(_rung.c.id).where(_rung.c.clock_id == clock_id))
    work.connection.execute(
        update(_assignment)
        .where(_assignment.c.case_id == work.case.id, _assignment.c.closed_at.is_(None), about)
        .values(closed_at=work.now, closed_because="clock-ended")
    )


def _answer_nobody(work: Work, clock_id: int) -> None:
    """What was asked of a clock that ended needs no answer."""
    asked = (
        update(_act)
        .where(_act.c.clock_id == clock_id, _act.c.answered_at.is_(None))
        .values(answered_at=work.now, granted=False)
        .returning(_act.c.id)
        .cte("asked")
    )
    work.connection.execute(
        update(_assignment)
        .where(
            _assignment.c.case_id == work.case.id,
            _assignment.c.closed_at.is_(None),
            _assignment.c.clock_act_id.in_(select(asked.c.id)),
        )
        .values(closed_at=work.now, closed_because="clock-ended")
    )


def end_all(work: Work) -> None:
    """A case that ended has no running clock."""
    for clock in open_clocks(work.connection, work.case.id):
        end_clock(work, clock, "stopped")


def open_clocks(connection: Connection, case_id: int) -> list[Any]:
    """The running clocks of a case, in the order they were armed."""
    return _OPEN.run(connection, {"case": case_id})


def granted_acts(connection: Connection, clock_id: int) -> list[Any]:
    """What was granted of a clock, in the order it was asked."""
    return _GRANTED.run(connection, {"clock": clock_id})


def reckon_clock(work: Work, clock: Any) -> Reckoned:
    """What the law of the moment makes of a stored clock and of all that was granted."""
    starts = [start_from(stored) for stored in clock.starts]
    return reckoned(starts, granted_acts(work.connection, clock.id), work.law)


def rereckon(work: Work, clock: Any, why: str) -> tuple[date | None, date | None] | None:
    """Bring a clock to the law and the acts of the moment; its ladder begins anew where the date moved.

    Returns the last day before and after, or ``None`` where nothing moved.
    """
    made = reckon_clock(work, clock)
    values = told_of(made, work.law)
    parameters = {"clock": clock.id} | {f"new_{name}": value for name, value in values.items()}
    moved = (clock.due_on, clock.late_from) != (values["due_on"], values["late_from"])
    if not moved:
        _STAY.run(work.connection, parameters)
        return None
    ahead, moves = made.due.late_from is None or made.due.late_from > work.now, clock.moves + 1
    stage = "running" if ahead else clock.stage
    parameters |= {"new_moves": moves, "new_stage": stage, "new_changed_seq": work.seq}
    rung = as_row(_rung_anew(work, clock, made), moves=moves)
    _MOVE.run(work.connection, parameters | {f"rung_{name}": value for name, value in rung.items()})
    if ahead and clock.stage in _ESCALATED:
        close_todos(work, clock.id)
    before = {"before": _said(clock.due_on), "late_before": _said(clock.late_from)}
    data = {"why": why, **before, **_dates(values)}
    work.note("clock-moved", basis=values["basis"], step=f"{clock.key}:{clock.round}", data=data)
    return clock.due_on, values["due_on"]


_ESCALATED = ("overdue", "escalated")
"""Stages in which somebody may have an escalation to attend to."""


def _rung_anew(work: Work, clock: Any, made: Reckoned) -> Planned:
    """The rung with which the ladder of a clock begins anew, without what is past and was told already."""
    fired = _FIRED.run(work.connection, {"clock": clock.id}) if clock.has_fired else ()
    before = frozenset((row.kind, row.place) for row in fired)
    return first_rung(made.due, clock.ladder, Ending(clock.ending), work.law, now=work.now, fired=before)


def _dates(values: dict[str, Any]) -> dict[str, Any]:
    late_from = values["late_from"]
    return {
        "due": _said(values["due_on"]),
        "late_from": None if late_from is None else late_from.isoformat(),
        "provisional": values["provisional"],
        "law": values["law_revision"],
    }


def _said(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()
