"""The cases an actor may know of, as a list: newest first, searched by number or by a title one may see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from engine.actor import Actor
from engine.law import law_of
from engine.reading.limits import Limit, limits_from
from engine.reading.values import Named, step_named
from engine.service import Service

PAGE = 50

_CASES = text(
    """
    WITH mine AS (
        SELECT c.*,
               c.drafter_id = :me OR EXISTS (SELECT 1 FROM decision d WHERE d.case_id = c.id
                                               AND d.person_id = :me) AS takes_part
          FROM cases c)
    SELECT c.id, c.number, c.procedure, c.launched_at, c.closed_at, c.outcome, u.code, u.name AS unit,
           CASE WHEN c.title_is_public OR c.takes_part THEN c.title END AS title,
           s.key, s.call->'title' AS step, s.opened_at,
           EXISTS (SELECT 1 FROM incident i WHERE i.case_id = c.id AND i.blocking
                                              AND i.resolved_at IS NULL) AS stopped,
           (SELECT to_jsonb(k) FROM clock k WHERE k.case_id = c.id AND k.closed_at IS NULL
             ORDER BY k.late_from, k.id LIMIT 1) AS clock,
           (SELECT COALESCE(max(id), 0) FROM law_change) AS law_revision
      FROM mine c
      JOIN unit u ON u.id = c.unit_id
      LEFT JOIN LATERAL (SELECT key, call, opened_at FROM step WHERE case_id = c.id
                            AND settled_at IS NULL ORDER BY id LIMIT 1) s ON true
     WHERE (:everything OR c.takes_part)
       AND (:state = '' OR (:state = 'closed') = (c.closed_at IS NOT NULL))
       AND (:state <> 'overdue' OR EXISTS (SELECT 1 FROM clock k WHERE k.case_id = c.id
                                              AND k.closed_at IS NULL AND k.late_from <= :now))
       AND (:words = '' OR c.number ILIKE :pattern
            OR (c.title_is_public OR c.takes_part) AND c.title ILIKE :pattern)
       AND (CAST(:before AS bigint) IS NULL OR c.id < :before)
     ORDER BY c.id DESC LIMIT :page
    """
)


@dataclass(frozen=True)
class CaseLine:
    """One case in a list. ``title`` is told where it is public or to those who take part."""

    id: int
    number: str
    procedure: str
    unit: Named
    title: str | None
    launched_at: datetime
    closed_at: datetime | None
    outcome: str
    at: Named | None
    since: datetime | None
    stopped: bool
    limit: Limit | None  # of those that run the first to end


@dataclass(frozen=True)
class CaseList:
    """A page of cases. ``next_before`` continues; null: this is all."""

    cases: list[CaseLine]
    next_before: int | None


def list_cases(
    service: Service, actor: Actor, *, state: str = "", words: str = "", before: int | None = None
) -> CaseList:
    """Administrators and managers see every case; others those they take part in.

    Args:
        state: ``open``, ``overdue`` (a limit of theirs is missed), ``closed``, or empty for all.
        words: part of a number or of a title.
    """
    arguments = {
        "me": actor.person_id,
        "everything": actor.is_administrator or actor.is_manager,
        "state": state,
        "words": words,
        "pattern": f"%{_literal(words)}%",
        "before": before,
        "now": service.now,
        "page": PAGE + 1,
    }
    with service.read() as connection:
        rows = connection.execute(_CASES, arguments).all()
        law = law_of(connection, service.settings.timezone, rows[0].law_revision) if rows else None
    lines = [
        CaseLine(
            id=row.id,
            number=row.number,
            procedure=row.procedure,
            unit=Named(row.code, row.unit, row.code),
            title=row.title,
            launched_at=row.launched_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
            at=step_named(row.key, row.step) if row.key else None,
            since=row.opened_at,
            stopped=row.stopped,
            limit=limits_from([row.clock], law, service.now)[0] if law and row.clock else None,
        )
        for row in rows[:PAGE]
    ]
    return CaseList(lines, lines[-1].id if len(rows) > PAGE else None)


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
