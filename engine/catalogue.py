"""标准目录 as it is stored: the rows of the moment and how one is changed, with its history and its entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from engine.actor import Actor
from engine.documents import digest_of
from engine.service import Service
from models import CatalogueChange, CatalogueItem
from rules.catalogue import FIELDS, Row

_item, _change = CatalogueItem.__table__, CatalogueChange.__table__
CONTENT = (*(field.name for field in FIELDS), "active")
"""What of a row its history keeps."""

_LOCK = text("SELECT pg_advisory_xact_lock(739020193)")
_REVISION = text("SELECT COALESCE(max(id), 0) FROM catalogue_change")
_LAST = text("SELECT COALESCE(max(id), 0) FROM catalogue_change WHERE item_id = :item")
_COLUMNS = [_item.c[name] for name in CONTENT]
_STORED = select(_item.c.id, _item.c.position, _item.c.imported, *_COLUMNS).order_by(
    _item.c.position, _item.c.id
)


@dataclass(frozen=True)
class Stored:
    """A row as it stands, with what a file said of it last."""

    id: int
    position: int
    row: Row
    active: bool
    imported: Row | None

    @property
    def content(self) -> dict[str, Any]:
        """As its history keeps it."""
        return {**self.row, "active": self.active}


def lock_catalogue(connection: Connection) -> None:
    """One change at a time: who confirms what was shown must find nothing else meanwhile."""
    connection.execute(_LOCK)


def revision_of(connection: Connection) -> int:
    """The number of the last change; 0 while there is none."""
    return int(connection.execute(_REVISION).scalar_one())


def last_change_of(connection: Connection, number: int) -> int:
    """The number of the last change of one row."""
    return int(connection.execute(_LAST, {"item": number}).scalar_one())


def stored_rows(connection: Connection) -> list[Stored]:
    """All rows, those no longer used too, in their order."""
    return [
        Stored(
            found["id"],
            found["position"],
            {field.name: found[field.name] for field in FIELDS},
            found["active"],
            found["imported"],
        )
        for found in connection.execute(_STORED).mappings()
    ]


def add_row(connection: Connection, row: Row, *, position: int, imported: Row | None) -> int:
    """A new row; its history is written beside it. Returns its id."""
    values = {**row, "active": True, "position": position, "imported": imported}
    return int(connection.execute(insert(_item).values(values).returning(_item.c.id)).scalar_one())


def change_row(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    """Let a row say this from now on; its history is written beside it."""
    connection.execute(update(_item).where(_item.c.id == number).values(**values))


def note_change(
    service: Service,
    connection: Connection,
    actor: Actor,
    number: int,
    action: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    reason: str,
) -> dict[str, Any]:
    """The history of one row grows; returns what the ledger tells of it."""
    row = {
        "item_id": number,
        "action": action,
        "changed_by": actor.username,
        "changed_at": service.now,
        "before": before,
        "after": after,
        "reason": reason,
    }
    noted = connection.execute(insert(_change).values(row).returning(_change.c.id)).scalar_one()
    fields = [name for name in CONTENT if before is None or before[name] != after[name]]
    return {"id": noted, "item": number, "fields": fields, "digest": digest_of(after)}
