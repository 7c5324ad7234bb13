"""Published documents as the public role reads them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

PAGE = 20
FEED = 50

_SLUG = re.compile(r"[A-Za-z0-9._~-]{1,80}")
_HEADER = "slug, organ, unit, doc_no, title, marking, formed_on, issued_on, published_at, content_hash"
_PAGE = text(
    f"SELECT {_HEADER}, count(*) OVER () AS total FROM register_entry"  # noqa: S608  a constant
    " ORDER BY published_at DESC, id DESC LIMIT :limit OFFSET :offset"
)
_COUNT = text("SELECT count(*) FROM register_entry")
_ONE = text(f"SELECT {_HEADER}, body, attachments FROM register_entry WHERE slug = :slug")  # noqa: S608
_CHUNK = text(
    "SELECT content FROM register_file_chunk WHERE seq = :seq"
    " AND file_id = (SELECT id FROM register_file WHERE slug = :slug AND sha256 = :sha256)"
)
_ORGAN = text("SELECT name, reading_room FROM organ LIMIT 1")


@dataclass(frozen=True)
class Organ:
    """Whose register it is, and where its paper copies can be read."""

    name: str = ""
    reading_room: str = ""


@dataclass(frozen=True)
class Entry:
    """One published document, without its text."""

    slug: str
    organ: str
    unit: str
    doc_no: str
    title: str
    marking: str
    formed_on: date
    issued_on: date
    published_at: datetime
    content_hash: str


@dataclass(frozen=True)
class File:
    """An attachment of a published document."""

    name: str
    media_type: str
    sha256: str
    size: int
    role: str = "attachment"


@dataclass(frozen=True)
class Document:
    """One published document whole."""

    entry: Entry
    body: str
    files: tuple[File, ...]

    def file(self, sha256: str) -> File | None:
        """Its attachment with that hash."""
        return next((file for file in self.files if file.sha256 == sha256), None)


@dataclass(frozen=True)
class Shelf:
    """One page of the register, newest first."""

    entries: Sequence[Entry]
    page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty register has one."""
        return max(1, -(-self.total // PAGE))


def organ_of(connection: Connection) -> Organ:
    """The organ, or nothing while none is loaded."""
    row = connection.execute(_ORGAN).one_or_none()
    return Organ(row.name, row.reading_room) if row else Organ()


def shelf(connection: Connection, page: int, *, size: int = PAGE) -> Shelf:
    """The entries of one page."""
    rows = connection.execute(_PAGE, {"limit": size, "offset": (page - 1) * size}).all()
    total = rows[0].total if rows else connection.execute(_COUNT).scalar_one()
    return Shelf([_entry(row) for row in rows], page, total)


def document(connection: Connection, slug: str) -> Document | None:
    """One document."""
    if not _SLUG.fullmatch(slug):
        return None
    row = connection.execute(_ONE, {"slug": slug}).one_or_none()
    if row is None:
        return None
    return Document(_entry(row), row.body, tuple(File(**described) for described in row.attachments))


def file_chunks(public: Engine, slug: str, sha256: str) -> Iterator[bytes]:
    """The bytes of a file the document names. A slow reader holds no connection: they never change."""
    reader = public.execution_options(isolation_level="AUTOCOMMIT")
    for seq in range(2**31):
        with reader.connect() as connection:
            piece = connection.execute(_CHUNK, {"slug": slug, "sha256": sha256, "seq": seq}).scalar()
        if piece is None:
            return
        yield bytes(piece)


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})
