"""Which messages a case has sent: to whom, about what, and whether they left. Their text is not kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from engine.actor import Actor
from engine.reading.values import Named, snapshot, step_named
from engine.reading.visible import load_visible
from engine.service import Service

_SENT = text(
    """
    SELECT n.template, n.created_at, n.sent_at, n.dropped_at, n.attempts, n.last_error, p.name,
           s.key, s.call->'title' AS step
      FROM notification n JOIN person p ON p.id = n.person_id
      LEFT JOIN assignment a ON a.id = n.assignment_id LEFT JOIN step s ON s.id = a.step_id
     WHERE n.case_id = :case ORDER BY n.id
    """
)


@dataclass(frozen=True)
class Delivery:
    """One message. ``state``: sent, waiting, failing or dropped; ``why`` only for the last two."""

    to: str
    about: Named | None
    queued_at: datetime
    sent_at: datetime | None
    state: str
    why: str


def read_deliveries(service: Service, actor: Actor, number: str) -> list[Delivery]:
    """All messages of a case, oldest first.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number).row
        rows = connection.execute(_SENT, {"case": case.id}).all()
    return [
        Delivery(
            row.name,
            step_named(row.key, row.step) if row.key else None,
            row.created_at,
            row.sent_at,
            _state(row.sent_at, row.dropped_at, row.attempts),
            "" if row.sent_at else row.last_error,
        )
        for row in rows
    ]


def _state(sent_at: datetime | None, dropped_at: datetime | None, attempts: int) -> str:
    if sent_at is not None:
        return "sent"
    if dropped_at is not None:
        return "dropped"
    return "failing" if attempts else "waiting"
