"""Writing down what Prefect was shown. One row per case; none of it counts as the case's own state."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from engine.projection.snapshot import CaseSeen
from engine.service import Service
from models import ShownCase

_shown = ShownCase.__table__

_OUTDATED = text(
    """
    (SELECT c.id FROM cases c LEFT JOIN shown_case s ON s.case_id = c.id
      WHERE c.closed_at IS NULL AND (s.case_id IS NULL OR s.shown_seq < c.seq) ORDER BY c.id LIMIT :limit)
    UNION
    (SELECT c.id FROM shown_case s JOIN cases c ON c.id = s.case_id
      WHERE NOT s.finished AND c.closed_at IS NOT NULL ORDER BY c.id LIMIT :limit)
    """
)
_STALE = text(
    "SELECT case_id FROM shown_case WHERE NOT finished AND flow_run_id IS NOT NULL"
    " AND deadlines_until <= :now ORDER BY deadlines_until LIMIT :limit"
)
_NEVER_SHOWN = text(
    "INSERT INTO shown_case (case_id, generation, shown_seq, pause_key, label, message, finished)"
    " SELECT c.id, 1, 0, '', '', '', false FROM cases c LEFT JOIN shown_case s ON s.case_id = c.id"
    " WHERE c.closed_at IS NOT NULL AND s.case_id IS NULL ON CONFLICT DO NOTHING"
)
_DUE = text(
    """
    SELECT a.case_id FROM activity a
      JOIN shown_case s ON s.case_id = a.case_id JOIN cases c ON c.id = a.case_id
    WHERE a.settled_at IS NULL AND a.next_try_at <= :now AND (a.leased_until IS NULL OR a.leased_until < :now)
      AND s.flow_run_id IS NOT NULL AND s.pause_key <> '' AND (s.woken_at IS NULL OR s.woken_at < :stale)
      AND NOT c.frozen ORDER BY a.next_try_at LIMIT :limit
    """
)
_WATCHED = text(
    "SELECT case_id FROM shown_case WHERE NOT finished AND flow_run_id IS NOT NULL AND case_id > :after"
    " ORDER BY case_id LIMIT :limit"
)
_STUCK = text(
    "SELECT DISTINCT i.case_id FROM incident i JOIN cases c ON c.id = i.case_id"
    " WHERE i.resolved_at IS NULL AND i.blocking AND i.step_id IS NULL AND NOT c.frozen"
)


def outdated_cases(connection: Connection, limit: int) -> list[int]:
    """Ids of cases that Prefect does not show as they are; open ones first seen by id."""
    return list(connection.execute(_OUTDATED, {"limit": limit}).scalars())


def stale_cases(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Ids of cases that did not change, but what is shown of their time limits is true no longer."""
    return list(connection.execute(_STALE, {"now": now, "limit": limit}).scalars())


def note_never_shown(service: Service) -> None:
    """Cases that ended before anybody looked get their row too."""
    with service.database.begin() as connection:
        connection.execute(_NEVER_SHOWN)


def due_cases(connection: Connection, now: datetime, *, stale: timedelta, limit: int) -> list[int]:
    """Ids of cases with an automated step to execute now."""
    binding = {"now": now, "stale": now - stale, "limit": limit}
    return list(connection.execute(_DUE, binding).scalars())


def watched_cases(connection: Connection, after: int, limit: int) -> list[int]:
    """Ids of cases whose run must not change by itself, in pages."""
    return list(connection.execute(_WATCHED, {"after": after, "limit": limit}).scalars())


def stuck_cases(connection: Connection) -> list[int]:
    """Ids of cases whose advance failed; trying again may help."""
    return list(connection.execute(_STUCK).scalars())


def note_run(service: Service, case_id: int, generation: int, flow_run_id: UUID) -> bool:
    """Make this the run of the case; ``False`` when the case has another, or is of a later generation."""
    first = {"case_id": case_id, "generation": generation, "flow_run_id": flow_run_id}
    empty = {"shown_seq": 0, "pause_key": "", "label": "", "message": "", "finished": False}
    with service.database.begin() as connection:
        connection.execute(
            insert(_shown)
            .values(**first, **empty)
            .on_conflict_do_update(
                index_elements=["case_id"],
                set_={"flow_run_id": flow_run_id},
                where=(_shown.c.generation == generation) & _shown.c.flow_run_id.is_(None),
            )
        )
        row = connection.execute(
            select(_shown.c.flow_run_id, _shown.c.generation).where(_shown.c.case_id == case_id)
        ).one()
    return bool(row.flow_run_id == flow_run_id and row.generation == generation)


def note(service: Service, case_id: int, flow_run_id: UUID, **values: Any) -> None:
    """Set columns of the case's row, as long as this is its run."""
    with service.database.begin() as connection:
        connection.execute(
            update(_shown)
            .where(_shown.c.case_id == case_id, _shown.c.flow_run_id == flow_run_id)
            .values(**values)
        )


def claim_state(service: Service, case: CaseSeen, **values: Any) -> bool:
    """Set columns if the run was neither parked nor woken since ``case`` was read; tells whether."""
    with service.database.begin() as connection:
        done = connection.execute(
            update(_shown)
            .where(
                _shown.c.case_id == case.id,
                _shown.c.flow_run_id == case.flow_run_id,
                _shown.c.pause_key == case.pause_key,
                _shown.c.woken_at.is_not_distinct_from(case.woken_at),
            )
            .values(**values)
        )
    return bool(done.rowcount)


def note_shown(service: Service, shown: Sequence[tuple[CaseSeen, datetime | None]]) -> None:
    """Record that each case is shown as it was seen, and until when its time limits are shown truly."""
    if not shown:
        return
    statement = text(
        "UPDATE shown_case SET shown_seq = :seq, deadlines_until = :until"
        " WHERE case_id = :case AND flow_run_id = :run AND shown_seq <= :seq"
    )
    rows = [
        {"case": case.id, "run": case.flow_run_id, "seq": case.seq, "until": until} for case, until in shown
    ]
    with service.database.begin() as connection:
        connection.execute(statement, rows)


def begin_generation(connection: Connection, condition: Any) -> int:
    """Show these cases anew, in new runs. Returns how many."""
    done = connection.execute(
        update(_shown)
        .where(condition)
        .values(
            generation=_shown.c.generation + 1,
            flow_run_id=None,
            shown_seq=0,
            woken_at=None,
            pause_key="",
            flagged_key=None,
            label="",
            message="",
            sheet_id=None,
            deadlines_id=None,
            deadlines_until=None,
            finished=False,
        )
    )
    return done.rowcount
