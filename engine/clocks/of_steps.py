"""A step's own clock starts and ends with the step, in the very statements that open and settle it: the
decision path gets no statement more.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    CTE,
    Select,
    String,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from engine.clocks.keeping import Armed
from models import Assignment, Clock, ClockAct, Rung

_clock, _rung, _act, _assignment = Clock.__table__, Rung.__table__, ClockAct.__table__, Assignment.__table__

_OF_CLOCK = (
    "key",
    "title",
    "starts",
    "ladder",
    "ending",
    "silence",
    "armed_at",
    "moves",
    "stage",
    "closed_because",
    "met_late",
    "changed_seq",
    "law_revision",
    "governing",
    "basis",
    "due_on",
    "late_from",
    "provisional",
)
_OF_RUNG = ["moves", "kind", "place", "due_at", "late"]


def _bound(table: Table, names: Iterable[str], prefix: str) -> dict[str, Any]:
    return {name: bindparam(f"{prefix}{name}", type_=table.c[name].type) for name in names}


def arming(asking: Select[Any], step: CTE) -> Select[Any]:
    """The statement that opens ``step``, with its clock and the first rung."""
    of_clock = {
        "case_id": bindparam("case_id", type_=_clock.c.case_id.type),
        "step_id": step.c.id,
        "round": bindparam("round", type_=_clock.c.round.type),
        **_bound(_clock, _OF_CLOCK, "clock_"),
    }
    clock = (
        insert(_clock)
        .from_select(list(of_clock), select(*of_clock.values()).select_from(step))
        .returning(_clock.c.id, _clock.c.case_id)
        .cte("clock_armed")
    )
    of_rung = {"clock_id": clock.c.id, "case_id": clock.c.case_id, **_bound(_rung, _OF_RUNG, "rung_")}
    rung = insert(_rung).from_select(list(of_rung), select(*of_rung.values()).select_from(clock))
    return asking.add_cte(rung.cte("rung_armed"))


def armed_parameters(armed: Armed) -> dict[str, Any]:
    """What ``arming`` binds."""
    return {f"clock_{name}": value for name, value in armed.values.items()} | {
        f"rung_{name}": value for name, value in armed.rung.items()
    }


def ending(settling: Update) -> Select[Any]:
    """The statement that settles a step, with the end of its clock: the armed rung goes, and nobody is asked
    about it any more. Returns the clock that ended, if the step had one.
    """
    late = (bindparam("ended", type_=String) == "met") & (
        func.coalesce(
            bindparam("acted_at", type_=_clock.c.late_from.type) >= _clock.c.late_from, literal(False)
        )
    )
    ended = (
        update(_clock)
        .where(_clock.c.step_id == bindparam("step"), _clock.c.closed_at.is_(None))
        .values(
            closed_at=bindparam("at", type_=_clock.c.closed_at.type),
            closed_because=bindparam("ended", type_=String),
            met_late=late,
            changed_seq=bindparam("new_seq", type_=_clock.c.changed_seq.type),
        )
        .returning(_clock.c.id, _clock.c.basis, _clock.c.met_late)
        .cte("clock_ended")
    )
    disarmed = delete(_rung).where(_rung.c.clock_id.in_(select(ended.c.id)), _rung.c.fired_at.is_(None))
    unasked = (
        update(_act)
        .where(_act.c.clock_id.in_(select(ended.c.id)), _act.c.answered_at.is_(None))
        .values(answered_at=bindparam("at", type_=_act.c.answered_at.type), granted=False)
        .returning(_act.c.id)
        .cte("unasked")
    )
    fired = select(_rung.c.id).where(_rung.c.clock_id.in_(select(ended.c.id)))
    relieved = (
        update(_assignment)
        .where(
            _assignment.c.case_id == bindparam("case", type_=_assignment.c.case_id.type),
            _assignment.c.closed_at.is_(None),
            _assignment.c.rung_id.in_(fired) | _assignment.c.clock_act_id.in_(select(unasked.c.id)),
        )
        .values(closed_at=bindparam("at", type_=_assignment.c.closed_at.type), closed_because="clock-ended")
    )
    return select(ended.c.id, ended.c.basis, ended.c.met_late).add_cte(
        settling.cte("settled"), disarmed.cte("disarmed"), relieved.cte("relieved")
    )
