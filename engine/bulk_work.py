"""The worker's part of launching many cases from a file: row by row, each with its case in one transaction.

A row is claimed by its lock and passed over by other workers. Killed in between, the row waits still and
nothing of its case is there; killed after it, the row says which case it became. A round is short, so that
nothing else of the worker waits for it.
"""

from typing import Any

import psycopg
import structlog
from sqlalchemy import Connection, Row, text, update
from sqlalchemy.exc import DBAPIError

from engine.actor import load_actor
from engine.acts.bulk import row_key_used
from engine.acts.launch import Launched, launch_within
from engine.bulk_file import claims_secret, request_of
from engine.bulk_messages import leave_to_the_summary, tell_summaries
from engine.ledger import append_to_organ
from engine.procedures import procedure
from engine.service import Service
from models import BulkRow
from models.statement import Savepoint
from rules.errors import GongkaiError, IdempotencyKeyReused, RowRefused
from rules.faults import came_through

log = structlog.get_logger(__name__)

ROWS_AT_ONCE = 10

_row = BulkRow.__table__

_CLAIM = text(
    """
    SELECT r.id, r.place, r.key, r.stated, b.procedure, b.channel, p.username
      FROM bulk_row r JOIN bulk_launch b ON b.id = r.bulk_id JOIN person p ON p.id = b.uploaded_by
     WHERE r.state = 'waiting' AND b.started_at IS NOT NULL AND b.done_at IS NULL
     ORDER BY r.bulk_id, r.place LIMIT 1 FOR UPDATE OF r SKIP LOCKED
    """
)
# A row that another worker has is not seen as launched before that worker commits.
_END = text(
    """
    UPDATE bulk_launch b SET done_at = :now
     WHERE b.id IN (SELECT id FROM bulk_launch WHERE started_at IS NOT NULL AND done_at IS NULL
                     FOR UPDATE SKIP LOCKED)
       AND NOT EXISTS (SELECT 1 FROM bulk_row r WHERE r.bulk_id = b.id AND r.state = 'waiting')
    RETURNING b.id, b.procedure, b.channel,
           (SELECT username FROM person WHERE id = b.uploaded_by) AS username,
           (SELECT count(*) FROM bulk_row r WHERE r.bulk_id = b.id AND r.state = 'launched') AS launched,
           (SELECT count(*) FROM bulk_row r WHERE r.bulk_id = b.id AND r.state = 'bad') AS bad
    """
)


def launch_rows(service: Service) -> int:
    """Launch the next rows of whichever files were started; returns how many were settled."""
    done = 0
    while done < ROWS_AT_ONCE and _launch_one(service):
        done += 1
    _end(service)
    return done


def _launch_one(service: Service) -> bool:
    with service.database.begin() as connection:
        row = connection.execute(_CLAIM).one_or_none()
        if row is None:
            return False
        savepoint = Savepoint(connection, "row")
        try:
            made = _launch(service, connection, row)
        except (DBAPIError, psycopg.OperationalError, psycopg.InterfaceError):
            raise  # not the row's fault: the whole transaction is gone, and the row waits still
        except GongkaiError as error:
            savepoint.rollback()
            _refuse(connection, row, error)
        except Exception as error:  # a bug that one row meets must not keep the others waiting
            savepoint.rollback()
            log.error("bulk-row-bug", row=row.id, at=came_through(error))
            _refuse(connection, row, _fault(row.place))
        else:
            is_new = not (made.repeated or made.joined)
            state = "launched" if is_new else "repeated"
            _settle(connection, row, state=state, case_id=made.case_id, stated=None)
            if is_new:
                leave_to_the_summary(connection, made.case_id, now=service.machine_now)
    return True


def _launch(service: Service, connection: Connection, row: Row[Any]) -> Launched:
    actor = load_actor(connection, row.username, channel=row.channel, today=service.today)
    request = request_of(procedure(row.procedure), row.stated, line=row.place)
    try:
        return launch_within(service, connection, actor, request)
    except IdempotencyKeyReused as error:
        raise row_key_used(error, row.key) from None


def _refuse(connection: Connection, row: Row[Any], error: GongkaiError) -> None:
    """The row is kept to be corrected; of one that claims a state secret, nothing."""
    stated = {"stated": None} if claims_secret(row.stated) else {}
    why = {"reason_zh": error.message("zh"), "reason_en": error.message("en")}
    _settle(connection, row, state="bad", **why, **stated)


def _settle(connection: Connection, row: Row[Any], **became: Any) -> None:
    connection.execute(update(_row).where(_row.c.id == row.id).values(became))


def _end(service: Service) -> None:
    """A file whose last row is settled is done: everybody is told once, and the organ's ledger notes it."""
    with service.database.begin() as connection:
        for bulk in connection.execute(_END, {"now": service.now}).all():
            tell_summaries(connection, bulk.id, at=service.now)
            told = {"bulk": bulk.id, "procedure": bulk.procedure, "launched": bulk.launched, "bad": bulk.bad}
            by = {"actor": bulk.username, "channel": bulk.channel}
            append_to_organ(connection, "bulk-launch-done", at=service.now, data=told, **by)
            log.info("bulk-launched", **told)


def _fault(line: int) -> RowRefused:
    return RowRefused(
        where=str(line),
        line=line,
        why_zh="程序内部错误，已记入日志",
        why_en="internal error; it is in the log",
    )
