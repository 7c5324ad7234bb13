"""Files of launches as they are seen: how far they are, what became of each row, and the bad rows."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text

from engine.actor import Actor
from engine.acts.bulk import require_bulk
from engine.bulk_file import REASON
from engine.exports import csv_bytes
from engine.procedures import procedure
from engine.reading.values import Named
from engine.service import Service
from models import BulkLaunch, BulkRow, Case

_bulk, _row, _cases = BulkLaunch.__table__, BulkRow.__table__, Case.__table__

MOST_LISTED = 50

_COUNTS = text("SELECT state, count(*) FROM bulk_row WHERE bulk_id = :bulk GROUP BY state")
_OWN = text(
    """
    SELECT b.id, b.name, b.procedure, b.uploaded_at, b.started_at, b.done_at,
           (SELECT count(*) FROM bulk_row r WHERE r.bulk_id = b.id) AS rows
      FROM bulk_launch b WHERE b.uploaded_by = :me ORDER BY b.id DESC LIMIT :most
    """
)


@dataclass(frozen=True)
class RowReason:
    """Why a row launches nothing."""

    zh: str
    en: str


@dataclass(frozen=True)
class BulkRowView:
    """One row: the line of the file, its key, and what became of it."""

    line: int
    key: str
    state: str
    case: str
    reason: RowReason | None


@dataclass(frozen=True)
class BulkView:
    """One file: ``state`` is uploaded, launching or done; counts of its rows by what became of them."""

    id: int
    procedure: Named
    name: str
    sha256: str
    state: str
    uploaded_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    rows: int
    waiting: int
    launched: int
    repeated: int
    bad: int


@dataclass(frozen=True)
class BulkLine:
    """A file in one's list."""

    id: int
    name: str
    procedure: Named
    state: str
    uploaded_at: datetime
    rows: int


def read_bulk_launch(service: Service, actor: Actor, bulk_id: int) -> BulkView:
    """How far a file is.

    Raises:
        BulkNotFound: none of that number, or none the person may see.
    """
    with service.read() as connection:
        bulk = require_bulk(connection, actor, bulk_id)
        counts = Counter({row.state: row.count for row in connection.execute(_COUNTS, {"bulk": bulk_id})})
    return BulkView(
        id=bulk.id,
        procedure=_named(bulk.procedure),
        name=bulk.name,
        sha256=bulk.sha256,
        state=_state(bulk),
        uploaded_at=bulk.uploaded_at,
        started_at=bulk.started_at,
        done_at=bulk.done_at,
        rows=counts.total(),
        waiting=counts["waiting"],
        launched=counts["launched"],
        repeated=counts["repeated"],
        bad=counts["bad"],
    )


def list_bulk_rows(
    service: Service, actor: Actor, bulk_id: int, *, state: str = "", after: int = 0, most: int = 200
) -> list[BulkRowView]:
    """The rows of a file in its order, from the line ``after`` on; of one state only, where one is named.

    Raises:
        BulkNotFound.
    """
    query = (
        select(_row, _cases.c.number)
        .outerjoin(_cases, _cases.c.id == _row.c.case_id)
        .where(_row.c.bulk_id == bulk_id, _row.c.place > after)
        .order_by(_row.c.place)
        .limit(most)
    )
    with service.read() as connection:
        require_bulk(connection, actor, bulk_id)
        found = connection.execute(query.where(_row.c.state == state) if state else query).all()
    return [_line(row) for row in found]


def first_rows(service: Service, actor: Actor, bulk_id: int, *, most: int = 5) -> list[dict[str, Any]]:
    """What the first rows of a file say, for whoever uploaded it to see that columns were understood."""
    query = select(_row.c.place, _row.c.stated).where(_row.c.bulk_id == bulk_id, _row.c.stated.is_not(None))
    with service.read() as connection:
        columns = require_bulk(connection, actor, bulk_id).columns
        found = connection.execute(query.order_by(_row.c.place).limit(most)).all()
    return [{"line": row.place, "cells": [_cell(row.stated.get(name)) for name in columns]} for row in found]


def bad_rows(service: Service, actor: Actor, bulk_id: int) -> tuple[str, bytes]:
    """Name and content of a file of the bad rows with their reasons, in the form the file had: it can be
    corrected and uploaded again as it is. Of a row of which nothing may be kept only the key is there.

    Raises:
        BulkNotFound.
    """
    query = select(_row).where(_row.c.bulk_id == bulk_id, _row.c.state == "bad").order_by(_row.c.place)
    with service.read() as connection:
        bulk = require_bulk(connection, actor, bulk_id)
        rows = connection.execute(query).all()
    columns = [name for name in bulk.columns if name != REASON]
    if bulk.by_lines:
        said = [
            json.dumps({**(row.stated or {}), REASON: f"{row.place}: {row.reason_zh}"}, ensure_ascii=False)
            for row in rows
        ]
        return f"bulk-{bulk_id}-bad.jsonl", ("\n".join(said) + "\n" if said else "").encode()
    cells = [
        [*((row.stated or {}).get(name, "") for name in columns), f"{row.place}: {row.reason_zh}"]
        for row in rows
    ]
    return f"bulk-{bulk_id}-bad.csv", csv_bytes([*columns, REASON], cells)


def columns_of(service: Service, actor: Actor, bulk_id: int) -> list[str]:
    """The columns of a file, in its order."""
    with service.read() as connection:
        return list(require_bulk(connection, actor, bulk_id).columns)


def own_bulk_launches(service: Service, actor: Actor) -> list[BulkLine]:
    """The files one uploaded, newest first."""
    with service.read() as connection:
        found = connection.execute(_OWN, {"me": actor.person_id, "most": MOST_LISTED}).all()
    return [
        BulkLine(row.id, row.name, _named(row.procedure), _state(row), row.uploaded_at, row.rows)
        for row in found
    ]


def _line(row: Row[Any]) -> BulkRowView:
    reason = RowReason(row.reason_zh, row.reason_en) if row.reason_zh else None
    return BulkRowView(row.place, row.key, row.state, row.number or "", reason)


def _state(bulk: Row[Any]) -> str:
    if bulk.done_at is not None:
        return "done"
    return "uploaded" if bulk.started_at is None else "launching"


def _named(key: str) -> Named:
    chosen = procedure(key)
    return Named(chosen.key, chosen.chinese, chosen.english)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 60 else said[:59] + "…"
