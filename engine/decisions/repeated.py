"""A to-do that was decided or closed before: the first decision stands."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from engine.actor import Actor
from engine.calls import Action
from engine.decisions.request import DecisionRequest, DecisionResult
from engine.work import Work
from models import Clock, Decision, Person
from rules.errors import (
    AnotherKindOfTodo,
    AssignmentClosed,
    CaseClosed,
    DecisionAlreadyRecorded,
    IdempotencyKeyReused,
)

_clock, _decision = Clock.__table__, Decision.__table__

_was_late = exists().where(
    _clock.c.step_id == _decision.c.step_id, _clock.c.late_from <= _decision.c.received_at
)


def repeat_or_refuse(work: Work, actor: Actor, request: DecisionRequest, todo: Any) -> DecisionResult:
    """Answer a to-do that is closed: the same answer for the same key, otherwise the reason.

    Raises:
        CaseClosed, AssignmentClosed, DecisionAlreadyRecorded, IdempotencyKeyReused.
    """
    person = Person.__table__
    made = work.connection.execute(
        select(_decision, person.c.name, _was_late.label("late"))
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
        return DecisionResult(
            made.id, work.case.number, label, made.action, made.decided_at, repeated=True, late=made.late
        )
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
    "attended": ("督办情况已填写", "what was done about it has been told"),
    "answered": ("该申请已答复", "the request was answered"),
    "clock-ended": ("该时限已结束或已变更", "the time limit has ended or moved"),
    "lapsed": (
        "期限已经届满，逾期未提出意见已依法产生后果",
        "its time is over, and silence has had its meaning by law",
    ),
}


def another_kind(todo: Any) -> AnotherKindOfTodo:
    """What to do with a to-do that was answered in the way of another kind."""
    if todo.rung_id is not None:
        said = (
            "这是督办待办，只填写督办情况，不作审批决定",
            "请填写督办情况",
            "it is an escalation: it presses, and decides nothing",
            "Say what was done about it",
        )
    elif todo.clock_act_id is not None:
        said = (
            "这是对时限申请的答复，不是审核意见",
            "请准许或不准许该申请",
            "it asks for an answer about a time limit, not for a review",
            "Grant or refuse the request",
        )
    else:
        said = (
            "这不是有关时限的待办",
            "请在待办页面办理",
            "it is not about a time limit",
            "Answer it on its own page",
        )
    facts = dict(zip(("why_zh", "todo_zh", "why_en", "todo_en"), said, strict=True))
    return AnotherKindOfTodo(where=str(todo.id), assignment=todo.id, **facts)


def closing_reason(because: str) -> dict[str, str]:
    """Why a to-do closed without a decision, in both languages."""
    zh, en = _CLOSING_REASONS.get(because, ("该环节已结束", "the step has ended"))
    return {"why_zh": zh, "why_en": en}
