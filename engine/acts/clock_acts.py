"""Acts on a running time limit: asked with a ground and a provision, granted by a named post.

Whoever asks never grants it. What is asked and not granted changes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from engine.actor import Actor, load_actor
from engine.clocks.asking import (
    AskedAct,
    CheckedAct,
    checked,
    local,
    reckoned_with,
    refuse_while_pending,
    require_lasting,
    running,
    said,
)
from engine.clocks.explaining import Foreseen, foreseen
from engine.clocks.keeping import rereckon
from engine.clocks.moving import RESUMED, move_clock
from engine.clocks.reckoning import Reckoned
from engine.clocks.telling import ask_to_grant, first_held, tell_answered
from engine.decisions.repeated import another_kind, closing_reason
from engine.documents import digest_of
from engine.holders import Post
from engine.opening import duties
from engine.policy import Act, Facts, may, permit
from engine.service import Service
from engine.work import Work, work_on_assignment, work_on_case
from models import Assignment, Clock, ClockAct, Person
from rules.clock_acts import ActKind
from rules.errors import (
    AssignmentClosed,
    ClockActNotFound,
    ClockNotFound,
    DecisionAlreadyRecorded,
    NoHolder,
    OpinionRequired,
)
from rules.granting import granting_of
from rules.positions import Position

__all__ = ["ActAnswered", "ActAsked", "AskedAct", "ForeseenAct", "answer", "ask", "foresee", "resume"]

_clock, _act, _todo, _person = Clock.__table__, ClockAct.__table__, Assignment.__table__, Person.__table__


@dataclass(frozen=True)
class ActAsked:
    """What was asked, the to-do it opened, and the last day it would come to; null: none while it lasts."""

    act_id: int
    assignment_id: int
    case_number: str
    would_be_due_on: date | None


@dataclass(frozen=True)
class ForeseenAct:
    """What asking it would come to, beside the last day as it is, and the post that would answer."""

    case_number: str
    due_on: date | None
    foreseen: Foreseen
    granted_by: Position


@dataclass(frozen=True)
class ActAnswered:
    """What became of it: the last day before and after; null: none while time is not counted."""

    act_id: int
    case_number: str
    due_before: date | None
    due_on: date | None


def ask(service: Service, actor: Actor, clock_id: int, asked: AskedAct) -> ActAsked:
    """Ask something of a running limit; the post that may grant it gets a to-do.

    Raises:
        ClockNotFound, NotAllowed, ClockEnded, ClockActPending, ExtensionRefused, InvalidInput;
        OpinionRequired: no ground. NoHolder: nobody but the asker could grant it.
    """
    with service.database.begin() as connection:
        work, person, clock, act, made = _considered(service, connection, actor, clock_id, asked)
        post, people = _who_grants(work, ActKind(act.kind), but=person.person_id)
        values = {"clock_id": clock_id, "case_id": work.case.id, "answer": "", **act.columns()}
        act_id = connection.execute(
            insert(_act).values(asked_by=person.person_id, asked_at=work.now, **values).returning(_act.c.id)
        ).scalar_one()
        todo = ask_to_grant(work, act_id, post, people)
        _note(work, clock, "clock-asked", act_id, act, to=post.position.value)
        work.finish()
    return ActAsked(act_id, todo, work.case.number, made.due.on)


def foresee(service: Service, actor: Actor, clock_id: int, asked: AskedAct) -> ForeseenAct:
    """What asking this would come to, and whose to-do it would be. Nothing is stored.

    Raises:
        What ``ask`` raises.
    """
    with service.database.begin() as connection:
        work, person, clock, act, made = _considered(service, connection, actor, clock_id, asked)
        post, _ = _who_grants(work, ActKind(act.kind), but=person.person_id)
    return ForeseenAct(work.case.number, clock.due_on, foreseen(made), post.position)


def answer(service: Service, actor: Actor, assignment_id: int, *, granted: bool, text: str) -> ActAnswered:
    """Grant or refuse what a to-do asks. A refusal says why.

    Raises:
        AssignmentNotFound, NotAllowed, AnotherKindOfTodo, DecisionAlreadyRecorded, AssignmentClosed,
        OpinionRequired; ExtensionRefused, InvalidInput: by now it cannot be granted any more.
    """
    with service.database.begin() as connection:
        work, person = work_on_assignment(service, connection, assignment_id, actor)
        todo = next(row for row in work.assignments if row.id == assignment_id)
        act = _permitted_to_answer(work, person, todo)
        if todo.closed_at is not None:
            raise _closed(work, todo, act)
        words = said(work, text)
        if not granted and not words:
            raise OpinionRequired(where="text", act_zh="不准许", act_en="refuse it")
        clock = running(work, act.clock_id)
        if granted:
            reckoned_with(work, clock, act)
        _store_answer(work, act.id, by=person.person_id, granted=granted, answer=words)
        action = "clock-granted" if granted else "clock-refused"
        _note(work, clock, action, act.id, act, answer_sha256=digest_of(words))
        if granted:
            rereckon(work, clock, act.kind)
        tell_answered(work, clock, act)
        work.finish()
        return _answered(work, act.id, clock)


def resume(service: Service, actor: Actor, act_id: int, at: datetime) -> ActAnswered:
    """Count again from ``at``, where time was not counted and no end of that was known. Needs no consent.

    Raises:
        ClockActNotFound, NotAllowed, ClockEnded, NothingToResume; InvalidInput: before it began, or to come.
    """
    with service.database.begin() as connection:
        case_id = connection.execute(select(_act.c.case_id).where(_act.c.id == act_id)).scalar()
        if case_id is None:
            raise ClockActNotFound(where="act", act=act_id)
        work, person = _locked(service, connection, case_id, actor)
        _permit_to_ask(work, person, str(act_id))
        act = connection.execute(select(_act).where(_act.c.id == act_id)).one()
        clock = running(work, act.clock_id)
        require_lasting(work, act, at)
        ended = connection.execute(
            update(_act)
            .where(_act.c.id == act_id)
            .values(until=at, resumed_by=person.person_id)
            .returning(_act)
        ).one()
        _note(work, clock, "clock-resumed", act_id, ended)
        move_clock(work, clock, RESUMED)
        work.finish()
        return _answered(work, act_id, clock)


def _considered(
    service: Service, connection: Connection, actor: Actor, clock_id: int, asked: AskedAct
) -> tuple[Work, Actor, Any, CheckedAct, Reckoned]:
    """The case locked, the clock, what is asked of it, and what that comes to."""
    case_id = connection.execute(select(_clock.c.case_id).where(_clock.c.id == clock_id)).scalar()
    if case_id is None:
        raise ClockNotFound(where="clock", clock=clock_id)
    work, person = _locked(service, connection, case_id, actor)
    _permit_to_ask(work, person, str(clock_id))
    clock = running(work, clock_id)
    refuse_while_pending(work, clock)
    act = checked(work, asked)
    return work, person, clock, act, reckoned_with(work, clock, act)


# --- who may ---------------------------------------------------------------------------------


def _locked(service: Service, connection: Connection, case_id: int, actor: Actor) -> tuple[Work, Actor]:
    """The case, and the actor with the posts held now that the case is locked."""
    work = work_on_case(service, connection, case_id, actor=actor.username, channel=actor.channel)
    return work, load_actor(connection, actor.username, channel=actor.channel, today=service.today)


def _permit_to_ask(work: Work, person: Actor, where: str) -> None:
    asked = any(_is_theirs(work, person, todo) for todo in work.assignments if todo.closed_at is None)
    facts = Facts(
        where=where,
        drafter_id=work.case.drafter_id,
        asked=frozenset({person.person_id} if asked else ()),
    )
    permit(person, Act.ASK_OF_CLOCK, facts)


def _is_theirs(work: Work, person: Actor, todo: Any) -> bool:
    """Whether an open to-do, of a step or an escalation, is this person's to do."""
    step = work.step_of(todo.step_id)
    if step is not None:
        post = Post(Position(todo.position), todo.unit_id, todo.person_id)
        return may(person, Act.DECIDE, duties(work, step.call, post))
    return todo.rung_id is not None and may(person, Act.ATTEND, _post_of(todo))


def _permitted_to_answer(work: Work, person: Actor, todo: Any) -> Row[Any]:
    """What the to-do asks, if this person may answer it."""
    if todo.clock_act_id is None:
        permit(person, Act.ATTEND, _post_of(todo))
        raise another_kind(todo)
    act = work.connection.execute(select(_act).where(_act.c.id == todo.clock_act_id)).one()
    permit(person, Act.ANSWER_OF_CLOCK, _post_of(todo, asked_by=act.asked_by))
    return act


def _post_of(todo: Any, *, asked_by: int | None = None) -> Facts:
    return Facts(
        where=str(todo.id),
        position=todo.position,
        unit_id=todo.unit_id,
        assigned_person_id=todo.person_id,
        about_person_id=asked_by,
    )


def _who_grants(work: Work, kind: ActKind, *, but: int) -> tuple[Post, list[int]]:
    """The post that grants it and its holders; where nobody but the asker holds it, the one above."""
    position = granting_of(kind).position
    post, people = first_held(work, position, but=but)
    if people:
        return post, people
    raise NoHolder(
        where="position",
        position_zh=position.chinese,
        position_en=position.english,
        why_zh="除申请人本人外，该岗位及其上级岗位目前无人在任，而申请人不得自行批准",
        why_en="but for who asks, nobody holds it or a post above it, and nobody grants their own request",
    )


# --- what became of it -----------------------------------------------------------------------


def _store_answer(work: Work, act_id: int, *, by: int, granted: bool, answer: str) -> None:
    work.connection.execute(
        update(_act)
        .where(_act.c.id == act_id)
        .values(answered_by=by, answered_at=work.now, granted=granted, answer=answer)
    )
    work.connection.execute(
        update(_todo)
        .where(_todo.c.clock_act_id == act_id, _todo.c.closed_at.is_(None))
        .values(closed_at=work.now, closed_because="answered")
    )


def _closed(work: Work, todo: Any, act: Any) -> DecisionAlreadyRecorded | AssignmentClosed:
    where = {"where": str(todo.id), "assignment": todo.id}
    if act.answered_by is None:
        return AssignmentClosed(**where, **closing_reason(todo.closed_because))
    by = work.connection.execute(select(_person.c.name).where(_person.c.id == act.answered_by)).scalar_one()
    action = "准许" if act.granted else "不准许"
    return DecisionAlreadyRecorded(**where, by=by, at=local(work, act.answered_at), action=action)


def _answered(work: Work, act_id: int, before: Any) -> ActAnswered:
    due_on = running(work, before.id).due_on
    return ActAnswered(act_id, work.case.number, before.due_on, due_on)


def _note(work: Work, clock: Any, action: str, act_id: int, act: Any, **more: str) -> None:
    """A ledger entry of an act: its dates as they are, people's words as digests."""
    data = {
        "act": act_id,
        "kind": act.kind,
        "since": act.since and act.since.isoformat(),
        "until": act.until and act.until.isoformat(),
        "number": act.number,
        "ground_sha256": digest_of(act.ground),
    }
    label = f"{clock.key}:{clock.round}"
    work.note(action, basis=" ".join(act.basis), step=label, data=data | more)
