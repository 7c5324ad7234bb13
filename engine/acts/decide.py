"""Deciding a to-do: the decision and everything that follows from it commit in one transaction."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import bindparam, insert, select, update

from engine.actor import Actor
from engine.advance import advance
from engine.calls import Action, ReturnMode, SigningOrder
from engine.documents import load_version, number_holder, store_version
from engine.drafting import Drafting, refuse_content
from engine.forms import Form, FormFacts, NoAnswers, clean_opinion, fill
from engine.holders import Post
from engine.incidents import open_incident
from engine.opening import ask, duties, settle_step
from engine.outcomes import ReviewOutcome, encode
from engine.policy import Act, Facts, permit
from engine.procedures import procedure
from engine.service import Service
from engine.signing import Signed, asked_next, settled_action
from engine.work import StepRow, Work, work_on_assignment
from models import Assignment, Decision, DocumentVersion, Person
from models.statement import Statement
from rules.errors import (
    AssignmentClosed,
    AssignmentStale,
    CaseClosed,
    DecisionAlreadyRecorded,
    IdempotencyKeyReused,
    InvalidInput,
    OpinionRequired,
)
from rules.positions import Position
from rules.time import local_date

_assignment, _decision = Assignment.__table__, Decision.__table__


def _record_statement() -> Statement:
    """The decision and the closing of its to-do, in one statement."""
    columns = [column.name for column in _decision.columns if column.name != "id"]
    values = {name: bindparam(name, type_=_decision.c[name].type) for name in columns}
    recorded = insert(_decision).values(values).returning(_decision.c.id).cte("recorded")
    closed = (
        update(_assignment)
        .where(_assignment.c.id == bindparam("assignment_id"))
        .values(closed_at=bindparam("decided_at"), closed_because="decided")
        .cte("closed")
    )
    return Statement(select(recorded.c.id).add_cte(closed))


_RECORD = _record_statement()


@dataclass(frozen=True)
class DecisionRequest:
    """What someone says about a to-do. ``document_version`` is the version number they saw."""

    assignment_id: int
    action: str
    opinion: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    return_to: str | None = None
    return_mode: str = ReturnMode.RUN_AGAIN.value
    document_version: int | None = None
    idempotency_key: str | None = None
    received_at: datetime | None = None

    def digest(self) -> str:
        """SHA-256 over the content: the same key must come with the same."""
        content = [
            self.assignment_id,
            self.action,
            self.opinion,
            self.answers,
            self.return_to,
            self.return_mode,
            self.document_version,
        ]
        return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class DecisionResult:
    """The decision as stored. ``repeated``: this answer was given before and is given again."""

    decision_id: int
    case_number: str
    step: str
    action: str
    decided_at: datetime
    repeated: bool = False


def decide(service: Service, actor: Actor, request: DecisionRequest) -> DecisionResult:
    """Record a decision on a to-do and advance its case.

    Raises:
        AssignmentNotFound, NotAllowed, DecisionAlreadyRecorded, AssignmentClosed, AssignmentStale,
        CaseClosed, OpinionRequired, InvalidInput, IdempotencyKeyReused: nothing is stored then.
    """
    try:
        with service.database.begin() as connection:
            work = work_on_assignment(
                connection,
                request.assignment_id,
                actor=actor,
                now=service.now,
                timezone=service.settings.timezone,
            )
            return _decide(work, actor, request)
    except UniqueViolation as error:
        # Only the key can collide: the to-do itself is guarded by the case's lock.
        if "idempotency_key" in (error.diag.constraint_name or ""):
            raise IdempotencyKeyReused(where="Idempotency-Key") from None
        raise


def _decide(work: Work, actor: Actor, request: DecisionRequest) -> DecisionResult:
    todo = next(row for row in work.assignments if row.id == request.assignment_id)
    step = work.step_of(todo.step_id)
    if step is None:  # an incident's to-do: the administrator retries, never decides
        permit(actor, Act.DECIDE, Facts(where=str(todo.id), assigned_person_id=-1))
        raise AssertionError("unreachable")
    post = Post(Position(todo.position), todo.unit_id, todo.person_id)
    permit(actor, Act.DECIDE, _with_place(duties(work, step.call, post), str(todo.id)))
    if todo.closed_at is not None:
        return _repeated_or_refused(work, actor, request, todo)
    if work.case.closed_at is not None:
        raise CaseClosed(where=str(todo.id), number=work.case.number)
    _refuse_stale(work, request, todo)
    action = _checked_action(request, step)
    opinion = _checked_opinion(request.opinion, action, step)
    return_to, mode = _checked_return(request, action, step)
    answers = _checked_answers(work, request, action, step)
    version_id, told = _edited(work, actor, step, answers)
    outcome = ReviewOutcome(action, version_id, told, return_to, mode)
    decision_id = _store(work, actor, request, step, outcome, opinion)
    _settle_or_ask_next(work, step, outcome)
    advance(work)
    work.finish()
    return DecisionResult(decision_id, work.case.number, step.label, action.value, work.now)


def _with_place(facts: Facts, where: str) -> Facts:
    return Facts(**{**vars(facts), "where": where})


def _repeated_or_refused(work: Work, actor: Actor, request: DecisionRequest, todo: Any) -> DecisionResult:
    person = Person.__table__
    made = work.connection.execute(
        select(_decision, person.c.name)
        .join(person, person.c.id == _decision.c.person_id)
        .where(_decision.c.assignment_id == todo.id)
    ).one_or_none()
    if made is None:
        if work.case.closed_at is not None:
            raise CaseClosed(where=str(todo.id), number=work.case.number)
        raise AssignmentClosed(where=str(todo.id), assignment=todo.id, **_closing_reason(todo.closed_because))
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
        at=made.decided_at.isoformat(timespec="seconds"),
        action=Action(made.action).chinese,
    )


_CLOSING_REASONS = {
    "settled-by-another": ("会签已由他人结束", "another signer settled the step"),
    "returned": ("文稿已退回", "the document was returned"),
    "case-closed": ("事项已办结", "the case has ended"),
}


def _closing_reason(because: str) -> dict[str, str]:
    zh, en = _CLOSING_REASONS.get(because, ("该环节已结束", "the step has ended"))
    return {"why_zh": zh, "why_en": en}


def _refuse_stale(work: Work, request: DecisionRequest, todo: Any) -> None:
    if request.document_version is None or todo.document_version_id is None:
        return
    versions = DocumentVersion.__table__
    current = work.connection.execute(
        select(versions.c.version).where(versions.c.id == todo.document_version_id)
    ).scalar_one()
    if current != request.document_version:
        raise AssignmentStale(where=str(todo.id), seen=request.document_version, current=current)


def _checked_action(request: DecisionRequest, step: StepRow) -> Action:
    if request.action in step.call["actions"]:
        return Action(request.action)
    offered = "、".join(f"{Action(a).value}（{Action(a).chinese}）" for a in step.call["actions"])
    raise InvalidInput(
        where=str(request.assignment_id),
        field="action",
        why_zh=f"本环节只能选择：{offered}",
        why_en=f"this step offers {', '.join(step.call['actions'])}",
    )


def _checked_opinion(raw: str, action: Action, step: StepRow) -> str:
    opinion = clean_opinion(raw)
    if not opinion and action in step.call["opinion_for"]:
        raise OpinionRequired(where="opinion", act_zh=action.chinese, act_en=action.value)
    return opinion


def _checked_return(request: DecisionRequest, action: Action, step: StepRow) -> tuple[str | None, ReturnMode]:
    if action is not Action.RETURN:
        return None, ReturnMode.RUN_AGAIN
    offered = step.call["returns_to"]
    if request.return_to not in offered:
        raise InvalidInput(
            where=str(request.assignment_id),
            field="return_to",
            why_zh=f"退回须指明之前的一个环节：{'、'.join(offered)}",
            why_en=f"a return names one of the earlier steps: {', '.join(offered)}",
        )
    if request.return_mode not in set(ReturnMode):
        raise InvalidInput(
            field="return_mode",
            why_zh="须为 run_again（从该环节重新办理）或 come_back（改后直接回到我处）",
            why_en="it is run_again or come_back",
        )
    return request.return_to, ReturnMode(request.return_mode)


def _checked_answers(work: Work, request: DecisionRequest, action: Action, step: StepRow) -> Form:
    if action is not Action.APPROVE:
        return NoAnswers()  # a return or a disagreement answers nothing but why
    forms = procedure(work.case.procedure, work.case.version).forms
    form = forms[step.call["form"]] if step.call["form"] else NoAnswers
    if form is Drafting and _claimed(work).get("state_secret"):
        refuse_content(request.answers)  # before validation could quote or complain about any of it
    answers: Form = fill(form, request.answers, where=str(request.assignment_id))  # type: ignore[assignment]
    document = load_version(work.connection, step.document_version_id) if step.call["form"] else None
    answers.check(
        FormFacts(
            number_holder=partial(number_holder, work.connection),
            case_number=work.case.number,
            intake=_claimed(work),
            document=document,
            today=local_date(work.now, work.timezone),
        )
    )
    return answers


def _claimed(work: Work) -> dict[str, Any]:
    """The intake, without its claim of a state secret once the secrecy office has sent the case back."""
    intake = work.case.intake
    cleared = any(
        row.call.get("form") == "secrecy-finding" and (row.outcome or {}).get("action") == Action.RETURN
        for row in work.steps.values()
    )
    return intake | {"state_secret": False} if cleared else intake


def _edited(work: Work, actor: Actor, step: StepRow, answers: Form) -> tuple[int | None, dict[str, Any]]:
    """The version the decision is about, and what the procedure is told; a draft makes a new version."""
    if not isinstance(answers, Drafting):
        return step.document_version_id, answers.journal()
    previous = load_version(work.connection, work.case.document_version_id)
    if answers.claims_secret(_claimed(work)):
        _forget_current_version(work, step)
        return None, answers.journal() | {"state_secret": True}
    content = answers.content(previous)
    version_id = store_version(work, content, answers.files(), person_id=actor.person_id)
    return version_id, answers.journal() | {"attribute": content["attribute"], "ground": content["ground"]}


def _forget_current_version(work: Work, step: StepRow) -> None:
    """A secret claimed after text was already stored: no title is shown and the administrator must act."""
    work.case.title = ""
    if work.case.document_version_id is None:
        return
    work.case.document_version_id = None
    open_incident(
        work,
        "classified-content-stored",
        zh="拟稿人在保存正文之后声明涉及国家秘密：请立即按保密规定处置已保存的文稿，并报告保密工作机构。",
        en="A state secret was claimed after text had been stored: deal with the stored draft under the "
        "secrecy rules now, and report to the secrecy office.",
        blocking=False,
        step=step.label,
    )


def _store(
    work: Work, actor: Actor, request: DecisionRequest, step: StepRow, outcome: ReviewOutcome, opinion: str
) -> int:
    [(decision_id,)] = _RECORD.run(
        work.connection,
        {
            "assignment_id": request.assignment_id,
            "case_id": work.case.id,
            "step_id": step.id,
            "person_id": actor.person_id,
            "action": outcome.action.value,
            "opinion": opinion,
            "answers": outcome.answers,
            "return_to": outcome.return_to,
            "return_mode": outcome.return_mode.value if outcome.returned else None,
            "document_version_id": outcome.document_version_id,
            "channel": actor.channel,
            "idempotency_key": request.idempotency_key,
            "request_digest": request.digest(),
            "received_at": request.received_at or work.now,
            "decided_at": work.now,
        },
    )
    data = {
        "action": outcome.action.value,
        "document_version_id": outcome.document_version_id,
        "opinion_sha256": sha256(opinion.encode()).hexdigest(),
        "answers": outcome.answers,
    }
    if outcome.returned:
        data |= {"return_to": outcome.return_to, "return_mode": outcome.return_mode.value}
    work.note("decision-recorded", basis=step.call["basis"], step=step.label, data=data)
    return int(decision_id)


def _settle_or_ask_next(work: Work, step: StepRow, outcome: ReviewOutcome) -> None:
    order, signers = SigningOrder(step.call["order"]), len(step.call["signers"])
    signed = [Signed(row.ordinal, Action(row.action)) for row in work.decisions_of(step.id)]
    signed.append(Signed(len(signed), outcome.action))
    action = settled_action(order, signers, signed)
    if action is None:
        following = asked_next(order, signers, signed)
        if following is not None:
            ask(work, step, following)
        return
    settled = ReviewOutcome(
        action, outcome.document_version_id, outcome.answers, outcome.return_to, outcome.return_mode
    )
    because = "returned" if action is Action.RETURN else "settled-by-another"
    settle_step(work, step, encode(settled), because)
