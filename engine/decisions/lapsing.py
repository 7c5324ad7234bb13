"""A step whose silence has a meaning takes no decision once its time is over: when it was received decides.

The lapse itself waits a grace, for what was received in time and is still on its way. Whatever comes too late
is refused and kept in the ledger: one of the two is effective, and both are there to be read.
"""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.clocks.keeping import open_clocks
from engine.clocks.moving import LAW, move_clock
from engine.decisions.request import DecisionRequest
from engine.documents import digest_of
from engine.work import StepRow, Work
from models import Clock
from rules.errors import DecidedTooLate

_clock = Clock.__table__


def too_late(work: Work, step: StepRow, todo: Any, request: DecisionRequest) -> DecidedTooLate | None:
    """Why the decision cannot count any more, with its entry in the ledger; ``None``: it counts."""
    if not step.call["silence"]:
        return None
    if todo.closed_at is not None and todo.closed_because != "lapsed":
        return None
    clock = _clock_of(work, step)
    if clock is None:
        return None
    lapsed = todo.closed_because == "lapsed"
    if not lapsed and (clock.late_from is None or work.acted_at < clock.late_from):
        return None
    work.note(
        "decision-refused",
        basis=step.call["silence"],
        step=step.label,
        data={
            "why": "lapsed" if lapsed else "limit-over",
            "todo": todo.id,
            "received_at": work.acted_at.isoformat(),
            "late_from": clock.late_from.isoformat(),
            "opinion_sha256": digest_of(request.opinion),
        },
    )
    why = ("", "")
    if work.acted_at < clock.late_from:
        why = "，但过了宽限时间才得到处理", " but handled only after the grace"
    return DecidedTooLate(
        where=str(todo.id),
        why_zh=why[0],
        why_en=why[1],
        assignment=todo.id,
        ended=_local(work, clock.late_from),
        received=_local(work, work.acted_at),
        silence=step.call["silence"],
    )


def _clock_of(work: Work, step: StepRow) -> Any | None:
    """The step's own clock: while it runs, under the law of the moment."""
    for clock in open_clocks(work.connection, work.case.id):
        if clock.step_id == step.id:
            if clock.law_revision == work.law.revision or not move_clock(work, clock, LAW):
                return clock
            break
    return work.connection.execute(select(_clock).where(_clock.c.step_id == step.id)).one_or_none()


def _local(work: Work, instant: Any) -> str:
    return str(instant.astimezone(ZoneInfo(work.timezone)).strftime("%Y-%m-%d %H:%M:%S"))
