"""The inbox 待办: what a person may act on now, what is due first at the top."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import text

from engine.actor import Actor
from engine.reading.places import place_from, place_of
from engine.reading.todo import LIMITS_OF_TODO, TODO, Todo, may_act, todos_from
from engine.service import Service

PAGE = 200
SOON_DAYS = 3
"""三日内: today is day zero."""

_INBOX = text(
    f"""
    WITH mine AS MATERIALIZED (
        SELECT a.id, COALESCE(l.late_from, 'infinity') AS late_from
          FROM assignment a
          JOIN cases c ON c.id = a.case_id
          LEFT JOIN step s ON s.id = a.step_id
          LEFT JOIN rung r ON r.id = a.rung_id
          LEFT JOIN clock_act x ON x.id = a.clock_act_id
          LEFT JOIN LATERAL (SELECT min(k.late_from) AS late_from FROM clock k
                              WHERE {LIMITS_OF_TODO}) l ON true
         WHERE a.closed_at IS NULL
           AND (a.person_id = :me OR (a.person_id IS NULL AND a.position = ANY(:positions)
                AND EXISTS (SELECT 1 FROM unnest(CAST(:positions AS text[]), CAST(:units AS bigint[]))
                                       AS h (post, unit)
                             WHERE h.post = a.position AND h.unit IS NOT DISTINCT FROM a.unit_id)))
           -- Whom the door keeps out (`policy.kept_out`), so that counts and pages are of what is shown.
           AND x.asked_by IS DISTINCT FROM :me
           AND (s.id IS NULL OR (s.call->>'clerical')::bool OR a.position = 'drafter' OR NOT (
                c.drafter_id = :me
                OR EXISTS (SELECT 1 FROM document_version w WHERE w.case_id = c.id AND w.created_by = :me)
                OR (s.call->>'signs')::bool
                   AND EXISTS (SELECT 1 FROM decision m JOIN step e ON e.id = m.step_id
                                WHERE m.case_id = c.id AND m.person_id = :me
                                  AND NOT (e.call->>'clerical')::bool AND NOT (e.call->>'signs')::bool)))),
    counted AS (
        SELECT count(*) AS every, count(*) FILTER (WHERE late_from <= :now) AS overdue,
               count(*) FILTER (WHERE late_from > :now AND late_from <= :soon) AS soon
          FROM mine),
    chosen AS (
        SELECT id, late_from FROM mine
         WHERE (CAST(:due AS text) = '' OR (late_from <= :now) = (CAST(:due AS text) = 'overdue')
                                           AND late_from <= :soon)
           AND (late_from, id) > (CAST(:after_due AS timestamptz), CAST(:after_id AS bigint))
         ORDER BY late_from, id LIMIT :page)
    SELECT n.every, n.overdue, n.soon, NULLIF(o.late_from, 'infinity') AS late_from, t.*
      FROM counted n LEFT JOIN chosen o ON true LEFT JOIN LATERAL ({TODO} WHERE a.id = o.id) t ON true
     ORDER BY o.late_from, o.id
    """  # noqa: S608  constants
)


class DueFilter(StrEnum):
    """Which to-dos are wanted: all, those missed, or those due within three days."""

    ALL = ""
    OVERDUE = "overdue"
    SOON = "soon"


@dataclass(frozen=True)
class Counts:
    """How many to-dos there are, whatever was asked for."""

    all: int
    overdue: int
    soon: int


@dataclass(frozen=True)
class Inbox:
    """Open to-dos, what is due first at the top and what has no date at the end.

    ``next_after`` continues a long list; null: this is all.
    """

    todos: list[Todo]
    next_after: str | None
    counts: Counts


def inbox(
    service: Service,
    actor: Actor,
    *,
    due: DueFilter = DueFilter.ALL,
    after: str = "",
    size: int = PAGE,
) -> Inbox:
    """The open to-dos the actor may act on now: one's own, and those of posts held today.

    Args:
        after: ``next_after`` of the page before.

    Raises:
        InvalidInput: that is no place in an inbox.
    """
    held = sorted(actor.holdings, key=str)
    place = place_from(after)
    arguments = {
        "me": actor.person_id,
        "positions": [position for position, _unit in held],
        "units": [unit for _position, unit in held],
        "now": service.now,
        "soon": _soon(service),
        "due": due.value,
        "after_due": place.due,
        "after_id": place.id,
        "page": size + 1,
    }
    with service.read() as connection:
        rows = connection.execute(_INBOX, arguments).all()
        counts = Counts(rows[0].every, rows[0].overdue, rows[0].soon)
        page = [row for row in rows[:size] if row.id is not None]
        mine = [row for row in page if may_act(actor, row)]
        todos = todos_from(service, connection, actor, mine)
    return Inbox(todos, place_of(page[-1].late_from, page[-1].id) if len(rows) > size else None, counts)


def _soon(service: Service) -> datetime:
    """The end of the last day that is soon."""
    after = service.today + timedelta(SOON_DAYS + 1)
    return datetime.combine(after, time(), tzinfo=ZoneInfo(service.settings.timezone))
