"""Every running time limit an actor may know of, what is due first at the top."""

from dataclasses import dataclass

from sqlalchemy import text

from engine.actor import Actor
from engine.law import law_of
from engine.reading.limits import Limit, limits_from
from engine.reading.places import place_from, place_of
from engine.reading.values import Named, position_named
from engine.service import Service

PAGE = 500

_RUNNING = text(
    """
    SELECT c.number, k.id, k.late_from, to_jsonb(k) AS clock,
           (SELECT COALESCE(max(id), 0) FROM law_change) AS law_revision,
           ARRAY(SELECT DISTINCT a.position FROM assignment a
                  WHERE a.case_id = c.id AND a.closed_at IS NULL AND a.step_id IS NOT NULL
                    AND (k.step_id IS NULL OR a.step_id = k.step_id) ORDER BY 1) AS positions
      FROM clock k JOIN cases c ON c.id = k.case_id
     WHERE k.closed_at IS NULL AND (NOT :overdue OR k.late_from <= :now)
       AND (COALESCE(k.late_from, 'infinity'), k.id)
           > (CAST(:after_due AS timestamptz), CAST(:after_id AS bigint))
       AND (:everything OR c.drafter_id = :me
            OR EXISTS (SELECT 1 FROM decision d WHERE d.case_id = c.id AND d.person_id = :me))
     ORDER BY COALESCE(k.late_from, 'infinity'), k.id LIMIT :page
    """
)


@dataclass(frozen=True)
class Running:
    """A running limit, its case, and the posts it waits for."""

    case: str
    limit: Limit
    positions: list[Named]


@dataclass(frozen=True)
class RunningLimits:
    """A page of them. ``next_after`` continues; null: this is all."""

    limits: list[Running]
    next_after: str | None


def list_running(service: Service, actor: Actor, *, overdue: bool = False, after: str = "") -> RunningLimits:
    """Administrators and managers see those of every case; others of those they take part in.

    Raises:
        InvalidInput: ``after`` is no place in the list.
    """
    place = place_from(after)
    arguments = {
        "me": actor.person_id,
        "everything": actor.is_administrator or actor.is_manager,
        "overdue": overdue,
        "now": service.now,
        "after_due": place.due,
        "after_id": place.id,
        "page": PAGE + 1,
    }
    with service.read() as connection:
        rows = connection.execute(_RUNNING, arguments).all()
        law = law_of(connection, service.settings.timezone, rows[0].law_revision) if rows else None
    found = [
        Running(
            row.number,
            limits_from([row.clock], law, service.now)[0],
            [position_named(position) for position in row.positions],
        )
        for row in rows[:PAGE]
        if law is not None
    ]
    more = len(rows) > PAGE
    return RunningLimits(found, place_of(rows[PAGE - 1].late_from, rows[PAGE - 1].id) if more else None)
