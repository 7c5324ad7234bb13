"""Attending to an escalation 督办: the superior tells what was done about a missed limit.

It closes the to-do, and nothing else: it decides nothing and moves no case. The limit goes on pressing.
"""

from dataclasses import dataclass

from sqlalchemy import update

from engine.actor import Actor
from engine.decisions.checks import claimed_intake, refuse_told_secret
from engine.decisions.repeated import another_kind, closing_reason
from engine.documents import digest_of
from engine.forms import NoAnswers, clean_opinion
from engine.policy import Act, Facts, permit
from engine.service import Service
from engine.work import work_on_assignment
from models import Assignment
from rules.errors import AssignmentClosed, OpinionRequired

_todo = Assignment.__table__


@dataclass(frozen=True)
class Attended:
    """Whose case was pressed."""

    case_number: str


def attend(service: Service, actor: Actor, assignment_id: int, note: str) -> Attended:
    """Close an escalation to-do with what was done about it.

    Raises:
        AssignmentNotFound, NotAllowed, AnotherKindOfTodo, AssignmentClosed; OpinionRequired: no note;
        InvalidInput: it is too long.
    """
    said = clean_opinion(note)
    where = str(assignment_id)
    with service.database.begin() as connection:
        work, person = work_on_assignment(service, connection, assignment_id, actor)
        todo = next(row for row in work.assignments if row.id == assignment_id)
        post = Facts(
            where=where,
            position=todo.position,
            unit_id=todo.unit_id,
            assigned_person_id=todo.person_id,
        )
        permit(person, Act.ATTEND, post)
        if todo.rung_id is None:
            raise another_kind(todo)
        if todo.closed_at is not None:
            raise AssignmentClosed(
                where=where, assignment=assignment_id, **closing_reason(todo.closed_because)
            )
        if not said:
            raise OpinionRequired(where="note", act_zh="办理督办", act_en="attend to an escalation")
        refuse_told_secret(said, NoAnswers(), claimed_intake(work))
        connection.execute(
            update(_todo)
            .where(_todo.c.id == assignment_id)
            .values(closed_at=work.now, closed_because="attended", note=said)
        )
        work.note("escalation-attended", data={"todo": assignment_id, "note_sha256": digest_of(said)})
        work.finish()
    return Attended(work.case.number)
