"""Incidents 异常: what an administrator must look at, each with a to-do that assigns, never decides."""

from sqlalchemy import bindparam, insert, select, update

from engine.actor import current
from engine.work import Work
from models import Assignment, Holding, Incident, Notification
from rules.positions import Position
from rules.time import local_date

_incident, _assignment, _holding = Incident.__table__, Assignment.__table__, Holding.__table__

_RESOLVE = (
    update(_incident)
    .where(_incident.c.id == bindparam("incident"))
    .values(resolved_at=bindparam("at"), resolved_by=bindparam("by"), resolution=bindparam("how"))
)
_CLOSE_TODO = (
    update(_assignment)
    .where(_assignment.c.incident_id == bindparam("incident"), _assignment.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), closed_because="incident-resolved")
)


def open_incident(
    work: Work, kind: str, *, zh: str, en: str, step_id: int | None = None, blocking: bool, step: str = ""
) -> int:
    """Store an incident with its to-do for the administrators, once per kind while it is open."""
    known = work.connection.execute(
        select(_incident.c.id).where(
            _incident.c.case_id == work.case.id, _incident.c.kind == kind, _incident.c.resolved_at.is_(None)
        )
    ).scalar()
    if known is not None:
        return int(known)
    incident_id = work.connection.execute(
        insert(_incident)
        .values(
            case_id=work.case.id,
            step_id=step_id,
            kind=kind,
            blocking=blocking,
            message_zh=zh,
            message_en=en,
            opened_at=work.now,
        )
        .returning(_incident.c.id)
    ).scalar_one()
    _ask_administrators(work, incident_id)
    work.note("incident-opened", step=step, data={"kind": kind, "blocking": blocking})
    return int(incident_id)


def _ask_administrators(work: Work, incident_id: int) -> None:
    assignment_id = work.connection.execute(
        insert(_assignment)
        .values(
            case_id=work.case.id,
            incident_id=incident_id,
            position=Position.ADMINISTRATOR.value,
            ordinal=0,
            opened_at=work.now,
            closed_because="",
        )
        .returning(_assignment.c.id)
    ).scalar_one()
    today = local_date(work.now, work.timezone)
    administrators = work.connection.scalars(
        select(_holding.c.person_id).where(
            _holding.c.position == Position.ADMINISTRATOR.value, current(today)
        )
    ).all()
    if administrators:
        work.connection.execute(
            insert(Notification.__table__),
            [
                {
                    "key": f"incident:{assignment_id}:{person}",
                    "template": "incident",
                    "case_id": work.case.id,
                    "assignment_id": assignment_id,
                    "person_id": person,
                    "created_at": work.now,
                }
                for person in sorted(set(administrators))
            ],
        )


def resolve_incident(work: Work, incident_id: int, *, by: int | None, how: str, kind: str) -> None:
    """Close an incident and its to-do."""
    arguments = {"incident": incident_id, "at": work.now}
    work.connection.execute(_RESOLVE, {**arguments, "by": by, "how": how})
    work.connection.execute(_CLOSE_TODO, arguments)
    work.note("incident-resolved", data={"kind": kind, "how": how})
