"""Telling of many cases launched from one file: one message for each person, whatever the number of to-dos.

The messages of those to-dos are settled as told by the summary in the very change that queues them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from engine.procedures import procedure
from engine.unsent import IN_SUMMARY
from notifications.messages import CasesLaunched, Content

if TYPE_CHECKING:
    from engine.message_facts import MessageFacts

BULK = "bulk"

# Urgent ones still leave one by one.
_LEFT_TO_THE_SUMMARY = text(
    """
    WITH left_out AS (
        UPDATE notification SET routed_at = :now
         WHERE case_id = :case AND template = 'todo' AND NOT urgent AND routed_at IS NULL RETURNING id)
    INSERT INTO delivery (notification_id, channel, attempts, next_try_at, dropped_at, last_error)
    SELECT id, 'mail', 0, :now, :now, :why FROM left_out
    """
)
_SUMMARIES = text(
    """
    INSERT INTO notification (key, template, person_id, created_at, urgent)
    SELECT DISTINCT :template || ':' || :bulk || ':' || n.person_id, :template, n.person_id,
           CAST(:at AS timestamptz), false
      FROM bulk_row r JOIN notification n ON n.case_id = r.case_id AND n.template = 'todo'
      JOIN delivery d ON d.notification_id = n.id AND d.last_error = :why
     WHERE r.bulk_id = :bulk_id AND r.state = 'launched'
    ON CONFLICT DO NOTHING
    """
)
_TOLD = text(
    """
    SELECT b.procedure, p.name AS by, count(*) AS count,
           count(*) FILTER (WHERE a.closed_at IS NULL) AS open_now
      FROM bulk_launch b JOIN person p ON p.id = b.uploaded_by
      JOIN bulk_row r ON r.bulk_id = b.id AND r.state = 'launched'
      JOIN notification n ON n.case_id = r.case_id AND n.template = 'todo' AND n.person_id = :person
      JOIN delivery d ON d.notification_id = n.id AND d.last_error = :why
      JOIN assignment a ON a.id = n.assignment_id
     WHERE b.id = :bulk GROUP BY b.procedure, p.name
    """
)


@dataclass(frozen=True)
class BulkTold:
    """What a person is told of one file: how many to-dos it brought, and how many of them are open still."""

    procedure: str = ""
    by: str = ""
    count: int = 0
    open_now: int = 0


def leave_to_the_summary(connection: Connection, case_id: int, *, now: datetime) -> None:
    """The to-dos a case has just opened are told of when the whole file is launched."""
    connection.execute(_LEFT_TO_THE_SUMMARY, {"case": case_id, "now": now, "why": IN_SUMMARY})


def tell_summaries(connection: Connection, bulk_id: int, *, at: datetime) -> None:
    """Queue one message to everybody who got to-dos by this file."""
    asked = {"template": BULK, "bulk": str(bulk_id), "bulk_id": bulk_id, "at": at, "why": IN_SUMMARY}
    connection.execute(_SUMMARIES, asked)


def load_bulk(connection: Connection, row: Row[Any]) -> BulkTold:
    """What there is to tell now; nothing, where the file was cleared meanwhile."""
    asked = {"bulk": int(row.key.split(":")[1]), "person": row.person_id, "why": IN_SUMMARY}
    found = connection.execute(_TOLD, asked).one_or_none()
    return BulkTold(*found) if found else BulkTold()


def bulk_content(facts: "MessageFacts") -> Content:
    """What the templates may show."""
    told, row = facts.bulk or BulkTold(), facts.row
    chosen = procedure(told.procedure)
    return CasesLaunched(
        recipient=row.name,
        by=told.by,
        procedure_zh=chosen.chinese,
        procedure_en=chosen.english,
        count=told.count,
        open_now=told.open_now,
        launched=facts.local(row.created_at),
        link=f"{facts.service.settings.base_url.rstrip('/')}/inbox",
    )
