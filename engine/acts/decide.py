"""Deciding a to-do: the decision and everything that follows from it commit in one transaction."""

from dataclasses import replace
from typing import Any, NoReturn

from psycopg.errors import UniqueViolation
from sqlalchemy import bindparam, exists, insert, select, update

from engine.actor import Actor
from engine.advance import advance
from engine.calls import Action, SigningOrder
from engine.decisions.checks import (
    checked_action,
    checked_answers,
    checked_opinion,
    checked_return,
    claimed_intake,
    refuse_stale,
    refuse_told_secret,
)
from engine.decisions.lapsing import too_late
from engine.decisions.looking import look
from engine.decisions.repeated import another_kind, repeat_or_refuse
from engine.decisions.request import DecisionRequest, DecisionResult
from engine.documents import digest_of, load_version, store_version
from engine.drafting import Writing
from engine.files.bringing import bring_files, forget_uploads
from engine.forms import Form, PageNotSeen
from engine.holders import Post
from engine.incidents import open_incident
from engine.opening import duties, settle_step, signatures
from engine.outcomes import ReviewOutcome, encode
from engine.policy import Act, Facts, permit
from engine.service import Service
from engine.signing import settled_action
from engine.work import StepRow, Work, work_on_assignment
from models import Assignment, Clock, Decision
from models.statement import Statement
from rules.errors import CaseClosed, DecidedTooLate, IdempotencyKeyReused
from rules.positions import Position

__all__ = ["DecisionRequest", "DecisionResult", "decide"]

_assignment, _clock, _decision = Assignment.__table__, Clock.__table__, Decision.__table__


def _record_statement() -> Statement:
    """The decision and the closing of its to-do, in one statement; tells whether its step's time was over."""
    columns = [column.name for column in _decision.columns if column.name != "id"]
    values = {name: bindparam(name, type_=_decision.c[name].type) for name in columns}
    recorded = insert(_decision).values(values).returning(_decision.c.id).cte("recorded")
    closed = (
        update(_assignment)
        .where(_assignment.c.id == bindparam("assignment_id"))
        .values(closed_at=bindparam("decided_at"), closed_because="decided")
        .cte("closed")
    )
    late = exists().where(
        _clock.c.step_id == bindparam("step_id", type_=_clock.c.step_id.type),
        _clock.c.late_from <= bindparam("received_at", type_=_clock.c.late_from.type),
    )
    return Statement(select(recorded.c.id, late.label("late")).add_cte(closed))


_RECORD = _record_statement()


def decide(service: Service, actor: Actor, request: DecisionRequest) -> DecisionResult:
    """Record a decision on a to-do and advance its case.

    Raises:
        AssignmentNotFound, NotAllowed, DecisionAlreadyRecorded, AssignmentClosed, AssignmentStale,
        CaseClosed, OpinionRequired, InvalidInput, IdempotencyKeyReused, PageAddressRefused,
        PageUnreachable, PageWithoutDocument: nothing is stored then.
        DecidedTooLate: silence has had its meaning, or is about to; the ledger keeps the refusal.
    """
    request = replace(request, received_at=request.received_at or service.now)
    pages_seen: frozenset[str] = frozenset()
    while True:
        try:
            return _in_one_transaction(service, actor, request, pages_seen)
        except PageNotSeen as wanted:  # rolled back: no lock is held while a website answers
            pages_seen |= {look(service, request.assignment_id, wanted)}


def _in_one_transaction(
    service: Service, actor: Actor, request: DecisionRequest, pages_seen: frozenset[str]
) -> DecisionResult:
    try:
        with service.database.begin() as connection:
            work, person = work_on_assignment(service, connection, request.assignment_id, actor)
            work.received_at = request.received_at
            made = _decide(work, person, request, pages_seen)
    except UniqueViolation as error:
        # Only the key can collide: the to-do itself is guarded by the case's lock.
        if "idempotency_key" in (error.diag.constraint_name or ""):
            raise IdempotencyKeyReused(where="Idempotency-Key") from None
        raise
    if isinstance(made, DecidedTooLate):  # committed: the refusal is in the ledger
        raise made
    return made


def _decide(
    work: Work, actor: Actor, request: DecisionRequest, pages_seen: frozenset[str]
) -> DecisionResult | DecidedTooLate:
    todo = next(row for row in work.assignments if row.id == request.assignment_id)
    step = work.step_of(todo.step_id)
    if step is None:
        _refuse_to_decide(actor, todo)
    post = Post(Position(todo.position), todo.unit_id, todo.person_id)
    permit(actor, Act.DECIDE, _with_place(duties(work, step.call, post), str(todo.id)))
    if (refused := too_late(work, step, todo, request)) is not None:
        work.finish()
        return refused
    if todo.closed_at is not None:
        return repeat_or_refuse(work, actor, request, todo)
    if work.case.closed_at is not None:
        raise CaseClosed(where=str(todo.id), number=work.case.number)
    refuse_stale(work, request, todo)
    action = checked_action(request, step)
    opinion = checked_opinion(request.opinion, action, step)
    return_to, mode = checked_return(request, action, step)
    answers = checked_answers(work, request, action, step, pages_seen)
    refuse_told_secret(opinion, answers, claimed_intake(work))
    version_id, told = _edited(work, actor, step, answers, todo.id)
    outcome = ReviewOutcome(action, version_id, told, return_to, mode)
    decision_id, late = _store(work, actor, request, step, outcome, opinion)
    _settle_if_complete(work, step, outcome)
    advance(work)
    work.finish()
    return DecisionResult(decision_id, work.case.number, step.label, action.value, work.now, late=late)


def _refuse_to_decide(actor: Actor, todo: Any) -> NoReturn:
    """A to-do of no step: an incident is retried, an escalation attended to, a request answered.

    Raises:
        AnotherKindOfTodo, NotAllowed.
    """
    if todo.rung_id is None and todo.clock_act_id is None:
        permit(actor, Act.DECIDE, Facts(where=str(todo.id), assigned_person_id=-1))
    post = Facts(
        where=str(todo.id),
        position=todo.position,
        unit_id=todo.unit_id,
        assigned_person_id=todo.person_id,
    )
    permit(actor, Act.ATTEND, post)
    raise another_kind(todo)


def _with_place(facts: Facts, where: str) -> Facts:
    return Facts(**{**vars(facts), "where": where})


def _edited(
    work: Work, actor: Actor, step: StepRow, answers: Form, todo_id: int
) -> tuple[int | None, dict[str, Any]]:
    """The version the decision is about, and what the procedure is told; a draft makes a new version."""
    if not isinstance(answers, Writing):
        return step.document_version_id, answers.journal()
    previous = load_version(work.connection, work.case.document_version_id)
    if answers.claims_secret(claimed_intake(work)):
        forget_uploads(work)
        _forget_current_version(work, step)
        return None, answers.journal() | {"state_secret": True}
    files = bring_files(
        work, answers.attachments, before=previous, assignment_id=todo_id, person_id=actor.person_id
    )
    content = answers.content(previous, files)
    answers.require_complete(content, where=work.case.number)
    version_id = store_version(work, content, person_id=actor.person_id)
    forget_uploads(work, todo_id)
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
) -> tuple[int, bool]:
    """Returns the decision's id, and whether its step's time was over when it was received."""
    [(decision_id, late)] = _RECORD.run(
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
            "received_at": work.acted_at,
            "decided_at": work.now,
        },
    )
    data = {
        "action": outcome.action.value,
        "document_version_id": outcome.document_version_id,
        "opinion_sha256": digest_of(opinion),
        "answers_sha256": digest_of(outcome.answers),
    }
    if outcome.returned:
        data |= {"return_to": outcome.return_to, "return_mode": outcome.return_mode.value}
    work.mark_decided(request.assignment_id, by=actor.person_id, action=outcome.action.value)
    work.note("decision-recorded", basis=step.call["basis"], step=step.label, data=data)
    return int(decision_id), bool(late)


def _settle_if_complete(work: Work, step: StepRow, outcome: ReviewOutcome) -> None:
    """Settle the review when its signing order is satisfied; whom to ask next is for ``advance``."""
    order, signers = SigningOrder(step.call["order"]), len(step.call["signers"])
    action = settled_action(order, signers, signatures(work, step.id))
    if action is None:
        return
    settled = ReviewOutcome(
        action, outcome.document_version_id, outcome.answers, outcome.return_to, outcome.return_mode
    )
    because = "returned" if action is Action.RETURN else "settled-by-another"
    settle_step(work, step, encode(settled), because)
