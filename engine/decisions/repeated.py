"""A to-do that was decided or closed before: the first decision stands."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.actor import Actor
from engine.calls import Action
from engine.decisions.request import DecisionRequest, DecisionResult
from engine.work import Work
from models import Decision, Person
from rules.errors import AssignmentClosed, CaseClosed, DecisionAlreadyRecorded, IdempotencyKeyReused

_decision = Decision.__table__


def repeat_or_refuse(work: Work, actor: Actor, request: DecisionRequest, todo: Any) -> DecisionResult:
    """Answer a to-do that is closed: the same answer for the same key, otherwise the reason.

    Raises:
        CaseClosed, AssignmentClosed, DecisionAlreadyRecorded, IdempotencyKeyReused.
    """
    person = Person.__table__
    made = work.connection.execute(
        select(_decision, person.c.name)
        .join(person, person.c.id == _decision.c.person_id)
        .where(_decision.c.assignment_id == todo.id)
    ).one_or_none()
    if made is None:
        if work.case.closed_at is not None:
            raise CaseClosed(where=str(todo.id), number=work.case.number)
        raise AssignmentClosed(where=str(todo.id), assignment=todo.id, **closing_reason(todo.closed_because))
    if request.idempotency_key and (made.person_id, made.idempotency_key) == (
        actor.person_id,
        request.idempotency_key,
    ):
        if made.request_digest != request.digest():
            raise IdempotencyKeyReused(where="Idempotency-Key")
        step = work.step_of(made.step_id)
        label = step.label if step else ""
        return DecisionResult(made.id, work.case.number, label, made.action, made.decided_at, repeated=True)
    raise DecisionAlreadyRecorded(
        where=str(todo.id),
        assignment=todo.id,
        by=made.name,
        at=made.decided_at.astimezone(ZoneInfo(work.timezone)).strftime("%Y-%m-%d %H:%M"),
        action=Action(made.action).chinese,
    )


_CLOSING_REASONS = {
    "settled-by-another": ("会签已由他人结束", "another signer settled the step"),
    "returned": ("文稿已退回", "the document was returned"),
    "handed-over": ("拟稿已改派他人", "the draft was handed over to someone else"),
    "case-closed": ("事项已办结", "the case has ended"),
}


def closing_reason(because: str) -> dict[str, str]:
    """Why a to-do closed without a decision, in both languages."""
    zh, en = _CLOSING_REASONS.get(because, ("该环节已结束", "the step has ended"))
    return {"why_zh": zh, "why_en": en}
