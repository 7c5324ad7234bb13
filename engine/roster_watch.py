"""Open to-dos against who holds the positions now: a new holder is told, a to-do of nobody's is reported.

Positions change while to-dos are open. Whoever comes into a post sees them in the inbox at once; this sends
the message that a new to-do would have sent, and opens an incident where nobody is left who may act.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from sqlalchemy import Connection, Row, select, text
from sqlalchemy.dialects.postgresql import insert

from engine.actor import about_holdings
from engine.incidents import open_incident, resolve_incident
from engine.policy import Facts, kept_out
from engine.service import Service
from engine.work import work_on_case
from models import Incident, Notification
from rules.positions import Position

log = structlog.get_logger(__name__)

KIND = "todo-of-nobody"
"""An open to-do that nobody may act on: its post is empty, or separation of duties leaves nobody."""

_FINGERPRINT = about_holdings(
    """
    SELECT md5(string_agg(concat_ws(',', h.person_id, h.position, h.unit_id), ';' ORDER BY h.id))
      FROM holding h JOIN person p ON p.id = h.person_id AND p.active
     WHERE {in_force}
    """
)
_HELD = about_holdings(
    """
    SELECT h.position, h.unit_id, p.id FROM holding h JOIN person p ON p.id = h.person_id AND p.active
     WHERE {in_force}
    """
)
_ACTIVE = text("SELECT id FROM person WHERE active")
_OPEN = text(
    """
    SELECT a.id, a.case_id, a.step_id, a.rung_id, a.clock_act_id, a.position, a.unit_id, a.person_id,
           c.number, c.drafter_id, s.key || ':' || s.round AS label, x.asked_by,
           k.step_id IS NULL OR k.silence <> '' AS statutory,
           -- Whoever drafted or reviewed may still be pressed, or answer what was asked of a limit.
           COALESCE((s.call->>'clerical')::bool, true) AS clerical,
           COALESCE((s.call->>'signs')::bool, false) AS signs,
           ARRAY(SELECT created_by FROM document_version WHERE case_id = c.id) AS authors,
           ARRAY(SELECT d.person_id FROM decision d JOIN step r ON r.id = d.step_id
                  WHERE d.case_id = c.id AND NOT (r.call->>'clerical')::bool
                    AND NOT (r.call->>'signs')::bool) AS reviewers,
           ARRAY(SELECT person_id FROM notification WHERE assignment_id = a.id) AS told
      FROM assignment a JOIN cases c ON c.id = a.case_id LEFT JOIN step s ON s.id = a.step_id
      LEFT JOIN clock_act x ON x.id = a.clock_act_id LEFT JOIN rung r ON r.id = a.rung_id
      LEFT JOIN clock k ON k.id = r.clock_id
     WHERE a.closed_at IS NULL AND c.closed_at IS NULL AND a.incident_id IS NULL ORDER BY a.id
    """
)
_REPORTED = text(
    "SELECT i.case_id, i.id, s.settled_at FROM incident i LEFT JOIN step s ON s.id = i.step_id"
    " WHERE i.kind = :kind AND i.resolved_at IS NULL"
)


@dataclass(frozen=True)
class Watched:
    """What a round did."""

    told: int
    reported: int
    resolved: int


class RosterWatch:
    """Looks at all open to-dos when the roster is another than last time, or the day is."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._seen: tuple[date, str | None] | None = None

    def run(self) -> Watched | None:
        """One round; ``None`` when nothing changed."""
        today = self.service.today
        with self.service.read() as connection:
            now = (today, connection.execute(_FINGERPRINT, {"today": today}).scalar_one())
            reported = {row.case_id: row for row in connection.execute(_REPORTED, {"kind": KIND})}
            settled = [row for row in reported.values() if row.settled_at is not None]
            if now == self._seen and not settled:
                return None
            held, active = _read_held(connection, today), set(connection.scalars(_ACTIVE))
            todos = [(todo, _may_act(todo, held, active)) for todo in connection.execute(_OPEN)]
        told = sum(_tell(self.service, todo, people) for todo, people in todos)
        alone = {todo.case_id: todo for todo, people in todos if not people}
        new = [todo for case_id, todo in alone.items() if case_id not in reported]
        over = [row for case_id, row in reported.items() if case_id not in alone]
        for todo in new:
            _report(self.service, todo)
        for row in over:
            _resolve(self.service, row)
        self._seen = now
        return Watched(told, len(new), len(over))


def _read_held(connection: Connection, today: date) -> dict[tuple[str, int | None], set[int]]:
    held: dict[tuple[str, int | None], set[int]] = defaultdict(set)
    for row in connection.execute(_HELD, {"today": today}):
        held[row.position, row.unit_id].add(row.id)
    return held


def _may_act(
    todo: Row[Any], held: dict[tuple[str, int | None], set[int]], active: Collection[int]
) -> list[int]:
    """Ids of the persons who may act on a to-do now."""
    if todo.person_id is not None:
        return [todo.person_id] if todo.person_id in active else []
    facts = Facts(
        drafter_id=todo.drafter_id,
        position=todo.position,
        clerical=todo.clerical,
        signs=todo.signs,
        reviewed_by=frozenset(todo.reviewers),
        authors=frozenset(todo.authors),
    )
    return sorted(held.get((todo.position, todo.unit_id), set()) - {*kept_out(facts), todo.asked_by})


def _tell(service: Service, todo: Row[Any], people: list[int]) -> int:
    """Queue the message of a to-do for whoever may act on it and was not told yet."""
    new = [person for person in people if person not in todo.told]
    if not new:
        return 0
    template, about = "todo", todo.id
    if todo.rung_id is not None:
        template, about = "escalated", todo.rung_id
    elif todo.clock_act_id is not None:
        template, about = "clock-asked", todo.clock_act_id
    rows = [
        {
            "key": f"{template}:{about}:{person}",
            "template": template,
            "case_id": todo.case_id,
            "assignment_id": todo.id,
            "rung_id": todo.rung_id,
            "clock_act_id": todo.clock_act_id,
            "person_id": person,
            "created_at": service.now,
            "urgent": todo.rung_id is not None and todo.statutory,
        }
        for person in new
    ]
    with service.database.begin() as connection:
        connection.execute(insert(Notification.__table__).on_conflict_do_nothing(), rows)
    return len(new)


def _report(service: Service, todo: Row[Any]) -> None:
    position = Position(todo.position)
    log.warning(KIND, case=todo.number, position=todo.position)
    with service.database.begin() as connection:
        work = work_on_case(service, connection, todo.case_id, channel="roster")
        if not any(row.id == todo.id and row.closed_at is None for row in work.assignments):
            return
        open_incident(
            work,
            KIND,
            zh=f"“{position.chinese}”目前没有可以办理该待办的人员。请任命该岗位人员"
            "（gongkai people import）；拟稿人离岗的，请改派拟稿人（gongkai case hand-over）。"
            "任命后系统自动通知，无需重试。",
            en=f"Nobody who may act on this to-do holds the position “{position.english}” now. Name a "
            "holder (gongkai people import), or hand the draft over if the drafter has left "
            "(gongkai case hand-over). The new holder is told by itself; no retry is needed.",
            step_id=todo.step_id,
            blocking=False,
            step=todo.label or "",
        )
        work.finish()


def _resolve(service: Service, row: Row[Any]) -> None:
    with service.database.begin() as connection:
        work = work_on_case(service, connection, row.case_id, channel="roster")
        incident = Incident.__table__
        still_open = select(incident.c.id).where(incident.c.id == row.id, incident.c.resolved_at.is_(None))
        if connection.execute(still_open).scalar() is None:
            return
        resolve_incident(work, row.id, by=None, how="held-again", kind=KIND)
        work.finish()
