"""Launching many cases from a file 批量发起: every row is looked at first, then the good ones are launched.

Launching is the worker's (``engine.bulk_work``): it goes on after a kill, and whoever waits sees how far
it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text

from engine.actor import Actor
from engine.acts.launch import Launched, require_launchable
from engine.bulk_file import KEY, BulkFile, Row, claims_secret, key_of, read_bulk, request_of
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.procedures import Procedure, procedure
from engine.service import Service
from models import BulkLaunch, BulkRow
from rules.errors import BulkNotFound, GongkaiError, IdempotencyKeyReused, RowKeyUsed, RowRefused

_bulk, _row = BulkLaunch.__table__, BulkRow.__table__

KEPT_UNSTARTED = timedelta(days=1)
KEPT_BAD = timedelta(days=30)
"""How long a file that nobody started, and what bad rows say, stays."""

_FORGET_ROWS = text(
    """
    DELETE FROM bulk_row USING bulk_launch b
     WHERE bulk_row.bulk_id = b.id AND b.started_at IS NULL AND b.uploaded_at < :before
    """
)
_FORGET_STATED = text(
    """
    UPDATE bulk_row SET stated = NULL FROM bulk_launch b
     WHERE bulk_row.bulk_id = b.id AND bulk_row.stated IS NOT NULL AND b.done_at < :before
    """
)


@dataclass(frozen=True)
class Looked:
    """What was found of one row beforehand. ``number``: its key launched that case before."""

    row: Row
    key: str
    refused: GongkaiError | None = None
    number: str = ""

    @property
    def kept(self) -> dict[str, Any] | None:
        """What is stored of it; of a bad row that claims a state secret, nothing."""
        if self.refused is not None and claims_secret(self.row.stated):
            return None
        return self.row.stated


@dataclass(frozen=True)
class Checked:
    """A file that was looked at; nothing is stored."""

    file: BulkFile
    rows: list[Looked]


def check_bulk(service: Service, actor: Actor, name: str, raw: bytes, *, procedure_: str) -> Checked:
    """Look at every row of a file: what would be launched, and what is wrong with the others.

    Raises:
        UnknownProcedure, NotAllowed, MalformedFile, InvalidInput: the file as a whole cannot be taken.
    """
    chosen = procedure(procedure_)
    permit(actor, Act.LAUNCH_IN_BULK, Facts(where=chosen.key, position=chosen.opened_by))
    file = read_bulk(raw, name=name, chosen=chosen)
    with service.read() as connection:
        return Checked(file, list(_looked(service, connection, actor, chosen, file)))


def upload_bulk(
    service: Service, actor: Actor, name: str, raw: bytes, *, procedure_: str, start: bool = False
) -> int:
    """Look at every row, then store the file as a batch; with ``start`` its good rows are launched. Its id.

    Raises:
        UnknownProcedure, NotAllowed, MalformedFile, InvalidInput: nothing is stored.
    """
    checked = check_bulk(service, actor, name, raw, procedure_=procedure_)
    chosen, file = procedure(procedure_), checked.file
    with service.database.begin() as connection:
        bulk_id: int = connection.execute(
            insert(_bulk)
            .values(
                procedure=chosen.key,
                name=file.name[:200],
                sha256=file.sha256,
                columns=file.columns,
                by_lines=file.by_lines,
                uploaded_by=actor.person_id,
                channel=actor.channel,
                uploaded_at=service.now,
            )
            .returning(_bulk.c.id)
        ).scalar_one()
        connection.execute(insert(_row), [_stored(bulk_id, looked) for looked in checked.rows])
        if start:
            _start(service, connection, actor, bulk_id)
    return bulk_id


def start_bulk(service: Service, actor: Actor, bulk_id: int) -> None:
    """Let the good rows of an uploaded file be launched; asked again, nothing changes.

    Raises:
        BulkNotFound: none of that number, or somebody else's.
    """
    with service.database.begin() as connection:
        row = require_bulk(connection, actor, bulk_id, for_update=True)
        # Who uploaded it launches it: theirs are the cases, and their posts were looked at.
        if row.uploaded_by != actor.person_id:
            raise BulkNotFound(where=str(bulk_id))
        if row.started_at is None:
            _start(service, connection, actor, bulk_id)


def require_bulk(connection: Connection, actor: Actor, bulk_id: int, *, for_update: bool = False) -> Any:
    """The row of a file.

    Raises:
        BulkNotFound: none of that number, or none the person may see.
    """
    query = select(_bulk).where(_bulk.c.id == bulk_id)
    row = connection.execute(query.with_for_update() if for_update else query).one_or_none()
    try:
        permit(actor, Act.READ_BULK, Facts(about_person_id=row.uploaded_by if row else -1))
    except GongkaiError:
        raise BulkNotFound(where=str(bulk_id)) from None
    if row is None:
        raise BulkNotFound(where=str(bulk_id))
    return row


def forget_old_bulk(service: Service) -> int:
    """Drop the files nobody started, and what bad rows say once it was there for long. How many files."""
    with service.database.begin() as connection:
        before = service.now - KEPT_UNSTARTED
        connection.execute(_FORGET_ROWS, {"before": before})
        old = _bulk.c.started_at.is_(None) & (_bulk.c.uploaded_at < before)
        done = connection.execute(delete(_bulk).where(old))
        connection.execute(_FORGET_STATED, {"before": service.now - KEPT_BAD})
    return done.rowcount


def row_key_used(error: IdempotencyKeyReused, key: str) -> RowKeyUsed:
    """The same, as it is told of a row."""
    return RowKeyUsed(where=error.where or KEY, key=key)


def _start(service: Service, connection: Connection, actor: Actor, bulk_id: int) -> None:
    started = connection.execute(
        _bulk.update()
        .where(_bulk.c.id == bulk_id)
        .values(started_at=service.now)
        .returning(_bulk.c.procedure, _bulk.c.sha256)
    ).one()
    states = connection.scalars(select(_row.c.state).where(_row.c.bulk_id == bulk_id)).all()
    append_to_organ(
        connection,
        "bulk-launch-started",
        at=service.now,
        actor=actor.username,
        channel=actor.channel,
        data={
            "bulk": bulk_id,
            "procedure": started.procedure,
            "sha256": started.sha256,
            "rows": len(states),
            "bad": states.count("bad"),
        },
    )


def _looked(
    service: Service, connection: Connection, actor: Actor, chosen: Procedure, file: BulkFile
) -> Iterator[Looked]:
    met: dict[str, int] = {}
    for row in file.rows:
        key = key_of(row.stated)
        try:
            if row.refused is not None:
                raise row.refused
            first = met.setdefault(key, row.line)
            if first != row.line:
                raise _met_before(row.line, first)
            earlier = _foreseen(service, connection, actor, chosen, row, key)
        except GongkaiError as error:
            yield Looked(row, key, error)
            continue
        yield Looked(row, key, number=earlier.number if earlier else "")


def _foreseen(
    service: Service, connection: Connection, actor: Actor, chosen: Procedure, row: Row, key: str
) -> Launched | None:
    request = request_of(chosen, row.stated, line=row.line)
    try:
        return require_launchable(service, connection, actor, request)
    except IdempotencyKeyReused as error:
        raise row_key_used(error, key) from None


def _met_before(line: int, first: int) -> RowRefused:
    return RowRefused(
        where=str(line),
        line=line,
        why_zh=f"与第{first}行的键或内容相同；确为两件事项的，请在 key 列各写一个键",
        why_en=f"its key or its content is that of line {first}; where both are meant, "
        "give each a key of its own",
    )


def _stored(bulk_id: int, looked: Looked) -> dict[str, Any]:
    error = looked.refused
    return {
        "bulk_id": bulk_id,
        "place": looked.row.line,
        "key": looked.key,
        "stated": looked.kept,
        "state": "waiting" if error is None else "bad",
        "reason_zh": "" if error is None else error.message("zh"),
        "reason_en": "" if error is None else error.message("en"),
    }
