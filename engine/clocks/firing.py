"""The clock service: fires the rungs whose time has come, in order, each once, and arms the next.

Any number of processes may do it at once. A due rung is claimed by the lock on its case: whoever decides on
the case goes first, and a case someone has is passed over and taken the next time. All due rungs of a case
fire in one transaction, so a crash fires all of them or none.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import insert, select, text, update

from engine.advance import advance
from engine.clocks.keeping import as_row, end_clock, open_clocks, reckon_clock
from engine.clocks.moving import LAW, move_clock
from engine.clocks.reckoning import next_rung
from engine.clocks.telling import ask_superiors, tell_holders, tell_lapse
from engine.incidents import open_incident
from engine.opening import settle_step
from engine.outcomes import Done, Lapsed, encode
from engine.service import Service
from engine.work import Work, work_on_case
from models import Clock, Rung
from rules.faults import came_through
from rules.ladder import Ending, RungKind

log = structlog.get_logger(__name__)

LATE_AFTER = timedelta(minutes=10)
"""A rung that fires so much after its time is marked late: nobody was there to fire it."""

AT_ONCE = 50
"""Cases in one round, so that a loop can be told to stop."""

_clock, _rung = Clock.__table__, Rung.__table__

_CLAIM = text(
    """
    SELECT c.id FROM cases c
     WHERE c.id = (SELECT r.case_id FROM rung r JOIN cases k ON k.id = r.case_id
                    WHERE r.fired_at IS NULL AND r.due_at <= :now AND r.case_id <> ALL (:passed_over)
                    ORDER BY r.due_at, r.id LIMIT 1 FOR UPDATE OF k SKIP LOCKED)
    """
)
_NEXT = text("SELECT min(due_at) FROM rung WHERE fired_at IS NULL")


def fire_due(service: Service, *, passed_over: Collection[int] = (), at_once: int = AT_ONCE) -> "Fired":
    """Fire the due rungs of up to ``at_once`` cases, but for those ``passed_over``."""
    fired = Fired()
    for _ in range(at_once):
        case_id = _fire_one_case(service, fired, [*passed_over, *fired.failed])
        if case_id is None:
            break
    return fired


class Fired:
    """What a round did: rungs fired, and the cases in which that failed."""

    def __init__(self) -> None:
        self.rungs = 0
        self.failed: list[int] = []


def seconds_to_next(service: Service) -> float | None:
    """How long until the next rung is due; ``None`` while none is armed."""
    with service.read() as connection:
        due_at = connection.execute(_NEXT).scalar()
    return None if due_at is None else max(0.0, (due_at - service.now).total_seconds())


def _fire_one_case(service: Service, fired: Fired, passed_over: list[int]) -> int | None:
    """Returns the case, or ``None`` when none is due."""
    case_id = None
    try:
        with service.database.begin() as connection:
            found = connection.execute(_CLAIM, {"now": service.now, "passed_over": passed_over}).scalar()
            if found is None:
                return None
            case_id = int(found)
            work = work_on_case(service, connection, case_id, channel="clock")
            count = fire_case(work)
            if count:  # another may have fired them before we had the lock
                work.finish()
            fired.rungs += count
    except Exception as error:  # one spoilt clock must not stop all others
        if case_id is None:
            raise
        log.error("clock-failed", case_id=case_id, error=type(error).__name__, at=came_through(error))
        fired.failed.append(case_id)
        report_failure(service, case_id)
    return case_id


def fire_case(work: Work) -> int:
    """Fire every due rung of a locked case, the earliest first. Returns how many."""
    count = 0
    while (due := _earliest(work)) is not None:
        _fire(work, due)
        count += 1
    return count


def _earliest(work: Work) -> Any | None:
    return work.connection.execute(
        select(_rung)
        .where(_rung.c.case_id == work.case.id, _rung.c.fired_at.is_(None), _rung.c.due_at <= work.now)
        .order_by(_rung.c.due_at, _rung.c.id)
        .limit(1)
    ).one_or_none()


def _fire(work: Work, rung: Any) -> None:
    clock = next(clock for clock in open_clocks(work.connection, work.case.id) if clock.id == rung.clock_id)
    if clock.law_revision != work.law.revision and move_clock(work, clock, LAW):
        return  # the date moved: another rung is armed now
    late = work.now - rung.due_at > LATE_AFTER
    work.connection.execute(
        update(_rung).where(_rung.c.id == rung.id).values(fired_at=work.now, fired_seq=work.seq, late=late)
    )
    kind = RungKind(rung.kind)
    work.note(
        f"clock-{kind.value}" if kind not in _ENDS else "clock-due",
        basis=clock.basis,
        step=f"{clock.key}:{clock.round}",
        data={"place": rung.place, "due_at": rung.due_at.isoformat(), "late": late},
    )
    if kind in _ENDS:
        _ENDS[kind](work, clock, rung)
        return
    _arm_next(work, clock, rung)
    _raise_stage(work, clock, kind)
    tell_holders(work, clock, rung)
    if kind is RungKind.ESCALATE:
        ask_superiors(work, clock, rung)


def _arm_next(work: Work, clock: Any, rung: Any) -> None:
    made = reckon_clock(work, clock)
    following = next_rung(
        made.due,
        clock.ladder,
        Ending(clock.ending),
        work.law,
        after=(rung.kind, rung.place),
        now=work.now,
    )
    work.connection.execute(
        insert(_rung).values(clock_id=clock.id, case_id=work.case.id, **as_row(following, moves=clock.moves))
    )


_STAGES = {
    RungKind.REMIND: "due-soon",
    RungKind.OVERDUE: "overdue",
    RungKind.ESCALATE: "escalated",
    RungKind.STILL_OVERDUE: "escalated",
}


def _raise_stage(work: Work, clock: Any, kind: RungKind) -> None:
    stage = _STAGES.get(kind, clock.stage)
    if stage != clock.stage:
        work.connection.execute(update(_clock).where(_clock.c.id == clock.id).values(stage=stage))


def _lapse(work: Work, clock: Any, rung: Any) -> None:
    """Silence has a meaning here: the step settles without anybody's decision, by its article.

    Not on a provisional date: nobody's silence counts before it is known which days were worked.
    """
    if clock.provisional:
        _await_calendar(work, clock, rung)
        return
    step = work.step_of(clock.step_id)
    assert step is not None  # settling a step ends its clock
    tell_lapse(work, clock, rung)
    settle_step(work, step, encode(Lapsed(clock.silence)), "lapsed", ended="lapsed")
    advance(work)


def _await_calendar(work: Work, clock: Any, rung: Any) -> None:
    again = {
        "kind": rung.kind,
        "place": rung.place + 1,
        "due_at": work.now + timedelta(days=1),
        "late": False,
    }
    work.connection.execute(
        insert(_rung).values(clock_id=clock.id, case_id=work.case.id, moves=clock.moves, **again)
    )
    open_incident(
        work,
        "lapse-awaits-calendar",
        zh=f"“{clock.title['zh']}”期满，但截止日期是暂定的（尚无该年放假安排），不作失效处理。"
        "请导入放假安排（gongkai calendar import），系统随即重新计算。",
        en=f"“{clock.title['en']}” is over by a provisional date: the year's days off are not known, so "
        "silence has no meaning yet. Import them (gongkai calendar import); the date is then reckoned again.",
        blocking=False,
        step=f"{clock.key}:{clock.round}",
    )


def _arrive(work: Work, clock: Any, rung: Any) -> None:
    """The time came that a procedure waits for."""
    end_clock(work, clock, "arrived")
    for step in work.steps.values():
        if step.kind == "wait" and step.settled_at is None and step.call["clock"] == clock.key:
            settle_step(work, step, encode(Done({"arrived_at": rung.due_at.isoformat()})), "arrived")
            work.note("wait-ended", basis=step.call["basis"], step=step.label)
            break
    advance(work)


_ENDS: dict[RungKind, Callable[[Work, Any, Any], None]] = {
    RungKind.LAPSE: _lapse,
    RungKind.ARRIVE: _arrive,
}


def report_failure(service: Service, case_id: int) -> None:
    """An administrator must look at a limit of this case; it is tried again all the same."""
    with service.database.begin() as connection:
        work = work_on_case(service, connection, case_id, channel="clock")
        open_incident(
            work,
            "clock-failed",
            zh="时限提醒未能执行：程序内部错误。时限仍在计算，系统会反复重试；请查看日志。",
            en="A time limit's reminder could not be carried out: internal error. The limit goes on running "
            "and it is tried again and again; see the log.",
            blocking=False,
        )
        work.finish()
