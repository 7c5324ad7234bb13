"""How the installation is doing, for administrators and managers: counts and what waits longest."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from engine.actor import Actor
from engine.policy import Act, permit
from engine.reading.values import Named, position_named, snapshot, step_named
from engine.service import Service

_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM cases WHERE closed_at IS NULL) AS cases_open,
           (SELECT count(*) FROM cases WHERE closed_at IS NOT NULL) AS cases_closed,
           (SELECT count(*) FROM assignment WHERE closed_at IS NULL AND step_id IS NOT NULL) AS todos_open,
           (SELECT count(*) FROM incident WHERE resolved_at IS NULL) AS incidents_open,
           (SELECT count(*) FROM incident WHERE resolved_at IS NULL AND blocking) AS cases_stopped,
           (SELECT count(*) FROM activity WHERE settled_at IS NULL) AS activities_open,
           (SELECT count(*) FROM activity WHERE settled_at IS NULL AND attempts > 0) AS activities_failing,
           (SELECT count(*) FROM notification WHERE routed_at IS NULL) +
           (SELECT count(*) FROM delivery
             WHERE sent_at IS NULL AND dropped_at IS NULL AND channel <> 'digest') AS messages_waiting,
           (SELECT count(*) FROM publication) AS published,
           (SELECT max(day) FROM ledger_seal) AS last_seal
    """
)
_LONGEST = text(
    """
    SELECT c.number, s.key, s.call->'title' AS title, a.position, a.opened_at
      FROM assignment a JOIN cases c ON c.id = a.case_id JOIN step s ON s.id = a.step_id
     WHERE a.closed_at IS NULL ORDER BY a.opened_at, a.id LIMIT 20
    """
)
_INCIDENTS = text(
    """
    SELECT c.number, i.kind, i.blocking, i.opened_at FROM incident i JOIN cases c ON c.id = i.case_id
     WHERE i.resolved_at IS NULL ORDER BY i.opened_at, i.id LIMIT 50
    """
)


@dataclass(frozen=True)
class Waiting:
    """An open to-do, by case."""

    case: str
    step: Named
    position: Named
    since: datetime


@dataclass(frozen=True)
class OpenIncident:
    """An incident nobody has answered."""

    case: str
    kind: str
    blocking: bool
    since: datetime


@dataclass(frozen=True)
class Status:
    """Counts, the incidents, and the twenty to-dos that wait longest. No titles."""

    cases_open: int
    cases_closed: int
    cases_stopped: int
    todos_open: int
    incidents_open: int
    activities_open: int
    activities_failing: int
    messages_waiting: int
    published: int
    last_seal: date | None
    incidents: list[OpenIncident]
    longest_waiting: list[Waiting]


def read_status(service: Service, actor: Actor) -> Status:
    """The installation's state.

    Raises:
        NotAllowed: for others than administrators and managers.
    """
    permit(actor, Act.SEE_STATUS)
    with snapshot(service) as connection:
        counts = connection.execute(_COUNTS).one()
        waiting = [
            Waiting(row.number, step_named(row.key, row.title), position_named(row.position), row.opened_at)
            for row in connection.execute(_LONGEST)
        ]
        incidents = [OpenIncident(*row) for row in connection.execute(_INCIDENTS)]
    return Status(**counts._asdict(), incidents=incidents, longest_waiting=waiting)
