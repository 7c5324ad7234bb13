"""标准目录 as the public role reads it: rows in use, and the standing documents under each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from rules.catalogue import FIELDS as ALL_FIELDS
from rules.catalogue import KEY, Domain, Status, domains

SHOWN = 3
"""Documents named in a row; the register lists them all."""

FIELDS = tuple(field for field in ALL_FIELDS if field.name not in (*KEY, "time_limit", "basis", "status"))
"""What the page says of a row in one cell."""

# Row security leaves out what was taken down, here too.
_ROWS = text(
    """
    WITH placed AS (SELECT c.item_id, e.id, e.slug, e.title, e.published_at
                      FROM catalogued c JOIN register_entry e ON e.slug = c.slug)
    SELECT i.id, i.domain, i.level1, i.level2, i.basis, i.time_limit, i.subject, i.channels, i.audience,
           i.method, i.tier, i.status,
           (SELECT count(*) FROM placed p WHERE p.item_id = i.id) AS total,
           COALESCE((SELECT jsonb_agg(d) FROM (
               SELECT p.slug, p.title, p.published_at FROM placed p WHERE p.item_id = i.id
                ORDER BY p.published_at DESC, p.id DESC LIMIT :shown) d), '[]') AS newest
      FROM catalogue_item i WHERE i.active ORDER BY i.position, i.id
    """
)
_NAMED = text("SELECT domain, level1, level2 FROM catalogue_item WHERE id = :item")
_OF_SLUG = text(
    "SELECT i.id, i.domain, i.level1, i.level2, c.set_at FROM catalogued c"
    " JOIN catalogue_item i ON i.id = c.item_id WHERE c.slug = :slug"
)


@dataclass(frozen=True)
class PublicRow:
    """One row, with the newest of its documents. ``said``: its content by the names of the fields."""

    id: int
    said: dict[str, str]
    total: int
    newest: list[dict[str, Any]]

    @property
    def status(self) -> Status:
        """How far it is verified: rows that are not are shown as such."""
        return Status(self.said["status"])


@dataclass(frozen=True)
class PublicDomain:
    """A domain's rows, by their level-1 items."""

    domain: Domain
    groups: list[tuple[str, list[PublicRow]]]

    @property
    def rows(self) -> int:
        """How many there are."""
        return sum(len(rows) for _, rows in self.groups)


@dataclass(frozen=True)
class RowOfDocument:
    """Where a document stands, and since when."""

    id: int
    named: str
    since: datetime


def read(connection: Connection) -> list[PublicDomain]:
    """The whole catalogue."""
    found = [_row(row) for row in connection.execute(_ROWS, {"shown": SHOWN})]
    return [PublicDomain(domain, _grouped(found, domain)) for domain in domains()]


def row_named(connection: Connection, item: int | None) -> str:
    """A row's names; empty: there is none."""
    row = connection.execute(_NAMED, {"item": item}).one_or_none() if item is not None else None
    return " / ".join(row) if row else ""


def row_of(connection: Connection, slug: str) -> RowOfDocument | None:
    """The row a document stands under."""
    row = connection.execute(_OF_SLUG, {"slug": slug}).one_or_none()
    return RowOfDocument(row.id, f"{row.domain} / {row.level1} / {row.level2}", row.set_at) if row else None


def _grouped(rows: list[PublicRow], domain: Domain) -> list[tuple[str, list[PublicRow]]]:
    """Level-1 items in the order of their first rows."""
    groups: dict[str, list[PublicRow]] = {}
    for row in rows:
        if row.said["domain"] == domain.zh:
            groups.setdefault(row.said["level1"], []).append(row)
    return list(groups.items())


def _row(row: Any) -> PublicRow:
    said = {field.name: getattr(row, field.name) for field in ALL_FIELDS}
    newest = [{**each, "published_at": datetime.fromisoformat(each["published_at"])} for each in row.newest]
    return PublicRow(row.id, said, row.total, newest)
