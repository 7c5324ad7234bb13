"""Handing a draft over 改派拟稿人: another drafter of the unit takes the case on; nothing is decided by it.

Whoever wrote the text stays its author: separation of duties keeps them from reviewing it for good.
"""

from dataclasses import dataclass

from sqlalchemy import select, update

from engine.actor import Actor, load_actor
from engine.advance import advance
from engine.forms import clean_opinion
from engine.opening import ask
from engine.policy import Act, Facts, permit
from engine.procedures import procedure
from engine.service import Service
from engine.telling import tell_handed_over
from engine.work import Work, work_on_case
from models import Assignment, Case, Person
from rules.errors import CaseClosed, InvalidInput, OpinionRequired
from rules.positions import Position

_todo, _cases, _person = Assignment.__table__, Case.__table__, Person.__table__


@dataclass(frozen=True)
class HandedOver:
    """Whose draft it was and whose it is."""

    number: str
    before: str
    drafter: str


def hand_over_draft(service: Service, actor: Actor, number: str, *, to: str, reason: str) -> HandedOver:
    """Make another drafter of the same unit the drafter of a case; an open draft becomes that person's to-do.

    Raises:
        NotAllowed, CaseNotFound, CaseClosed, UnknownPerson, OpinionRequired: no reason.
        InvalidInput: no drafter of the unit, the same person, or one who reviewed this very document.
    """
    permit(actor, Act.HAND_OVER, Facts(where=number))
    why = clean_opinion(reason)
    if not why:
        raise OpinionRequired(where="reason", act_zh="改派拟稿人", act_en="handing a draft over")
    with service.database.begin() as connection:
        work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
        if work.case.closed_at is not None:
            raise CaseClosed(where=number, number=number)
        chosen = load_actor(connection, to, channel=actor.channel, today=service.today)
        _check(work, chosen)
        former = work.case.drafter_id
        before = _give(work, chosen)
        work.note("draft-handed-over", data={"from": before, "to": chosen.username, "reason": why})
        told = [former] if _ask_again(work) else [former, chosen.person_id]
        for person in told:
            tell_handed_over(work, person=person)
        advance(work)
        work.finish()
    return HandedOver(number, before, chosen.username)


def _check(work: Work, chosen: Actor) -> None:
    if chosen.person_id == work.case.drafter_id:
        raise _refused(chosen, "已是本事项的拟稿人", "drafts this case already")
    post = procedure(work.case.procedure, work.case.version).opened_by
    if not chosen.holds(post, work.case.unit_id if post.of_unit else None):
        raise _refused(chosen, f"不是该股室的{post.chinese}", f"is no {post.english} of the case's unit")
    if any(row.decided_by == chosen.person_id for row in work.assignments):
        raise _refused(
            chosen, "已参与本文审核，不得兼任拟稿人", "reviewed this document and may not draft it"
        )


def _give(work: Work, chosen: Actor) -> str:
    """Returns whose it was."""
    before = select(_person.c.username).where(_person.c.id == work.case.drafter_id)
    username = work.connection.execute(before).scalar_one()
    work.connection.execute(
        update(_cases).where(_cases.c.id == work.case.id).values(drafter_id=chosen.person_id)
    )
    work.case.drafter_id = chosen.person_id
    return str(username)


def _ask_again(work: Work) -> bool:
    """The open draft, if any, is asked of the new drafter; the old to-do's link is dead from now on."""
    asked = False
    for todo in work.assignments:
        step = work.step_of(todo.step_id)
        if todo.closed_at is not None or todo.position != Position.DRAFTER or step is None:
            continue
        work.connection.execute(
            update(_todo)
            .where(_todo.c.id == todo.id)
            .values(closed_at=work.now, closed_because="handed-over")
        )
        ask(work, step, todo.ordinal)
        asked = True
    return asked


def _refused(chosen: Actor, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        where="drafter",
        field="drafter",
        why_zh=f"{chosen.name}{zh}",
        why_en=f"{chosen.username} {en}",
    )
