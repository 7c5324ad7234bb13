"""Published documents as the public role reads them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from engine.files.kinds import SHOWN
from engine.files.parts import part_of
from rules.disclosure import Ground

FEED = 50
SITEMAP = 500
"""Addresses in one file of the sitemap: it stays below 100 KB."""

_SLUG = re.compile(r"[A-Za-z0-9._~-]{1,80}")
HEADER = (
    "slug, organ, unit, doc_type, doc_no, title, marking, formed_on, issued_on, published_at, website_url,"
    " content_hash"
)
_NEWEST = text(f"SELECT {HEADER} FROM register_entry ORDER BY published_at DESC, id DESC LIMIT :n")  # noqa: S608
_ONE = text(
    f"SELECT {HEADER}, body, attachments, withheld, interprets"  # noqa: S608
    " FROM register_entry WHERE slug = :slug"
)
_BESIDE = text(
    "SELECT slug, title FROM register_entry WHERE interprets = :slug OR slug = :interprets AND slug <> ''"
    " ORDER BY id"
)
_CHANGES = text(
    "SELECT kind, title, doc_no, reason, old_url, new_url, changed_at FROM publication_change"
    " WHERE slug = :slug ORDER BY id"
)
_CHUNK = text(
    "SELECT content FROM register_file_chunk WHERE seq = :seq"
    " AND file_id = (SELECT id FROM register_file WHERE slug = :slug AND sha256 = :sha256)"
)
_LENGTHS = text(
    "SELECT octet_length(content) FROM register_file_chunk"
    " WHERE file_id = (SELECT id FROM register_file WHERE slug = :slug AND sha256 = :sha256) ORDER BY seq"
)
_ORGAN = text("SELECT name, reading_room FROM organ LIMIT 1")
_ADDRESSES = text(
    "SELECT e.slug, greatest(e.published_at, max(c.changed_at)) AS changed_at FROM register_entry e"
    " LEFT JOIN publication_change c ON c.slug = e.slug"
    " GROUP BY e.id, e.slug, e.published_at ORDER BY e.id LIMIT :limit OFFSET :offset"
)
_COUNT = text("SELECT count(*) FROM register_entry")


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
    doc_type: str
    doc_no: str
    title: str
    marking: str
    formed_on: date
    issued_on: date
    published_at: datetime
    website_url: str
    content_hash: str


@dataclass(frozen=True)
class File:
    """An attachment of a published document."""

    name: str
    media_type: str
    sha256: str
    size: int
    role: str = "attachment"

    @property
    def shown(self) -> bool:
        """Whether its page shows it in place."""
        return self.media_type in SHOWN


@dataclass(frozen=True)
class Change:
    """A decided change of a publication: 撤下 (``take_down``) or 变更网址 (``url_change``)."""

    kind: str
    title: str
    doc_no: str
    reason: str
    old_url: str
    new_url: str
    changed_at: datetime


@dataclass(frozen=True)
class Beside:
    """What is read together with a document: its interpretation, or the other way round."""

    slug: str
    title: str


@dataclass(frozen=True)
class Document:
    """One published document whole, with the changes of its address, oldest first."""

    entry: Entry
    body: str
    files: tuple[File, ...]
    changes: tuple[Change, ...] = ()
    withheld: tuple[Ground, ...] = ()
    """The grounds of parts that are not shown (条例 art. 37)."""
    interprets: bool = False
    """It is an interpretation; ``beside`` then is its document."""
    beside: tuple[Beside, ...] = ()
    """Its interpretations."""

    def file(self, sha256: str) -> File | None:
        """Its attachment with that hash."""
        return next((file for file in self.files if file.sha256 == sha256), None)

    @property
    def website_url(self) -> str:
        """Where the bureau's website shows it now; empty: only here."""
        return self.changes[-1].new_url if self.changes else self.entry.website_url

    @property
    def changed_at(self) -> datetime:
        """When what this page says changed last."""
        return max([self.entry.published_at, *(change.changed_at for change in self.changes)])


def organ_of(connection: Connection) -> Organ:
    """The organ, or nothing while none is loaded."""
    row = connection.execute(_ORGAN).one_or_none()
    return Organ(row.name, row.reading_room) if row else Organ()


def newest(connection: Connection, limit: int = FEED) -> list[Entry]:
    """What was published last."""
    return [entry_of(row) for row in connection.execute(_NEWEST, {"n": limit})]


def document(connection: Connection, slug: str) -> Document | Change | None:
    """One document; one that was taken down is only the change that took it down."""
    if not _SLUG.fullmatch(slug):
        return None
    row = connection.execute(_ONE, {"slug": slug}).one_or_none()
    changes = tuple(Change(**each._asdict()) for each in connection.execute(_CHANGES, {"slug": slug}))
    down = next((change for change in changes if change.kind == "take_down"), None)
    if down is not None or row is None:
        return down
    files = tuple(File(**described) for described in row.attachments)
    beside = connection.execute(_BESIDE, {"slug": slug, "interprets": row.interprets})
    return Document(
        entry_of(row),
        row.body,
        files,
        changes,
        withheld=tuple(Ground(code) for code in row.withheld),
        interprets=bool(row.interprets),
        beside=tuple(Beside(**each._asdict()) for each in beside),
    )


def file_part(public: Engine, slug: str, sha256: str, first: int, last: int) -> Iterator[bytes]:
    """Bytes of a file the document names. A slow reader holds no connection: they never change."""
    reader = public.execution_options(isolation_level="AUTOCOMMIT")
    file = {"slug": slug, "sha256": sha256}

    def piece(seq: int) -> bytes | None:
        with reader.connect() as connection:
            return connection.execute(_CHUNK, {**file, "seq": seq}).scalar()

    with reader.connect() as connection:
        lengths = connection.execute(_LENGTHS, file).scalars().all()
    yield from part_of(lengths, piece, first, last)


def addresses(connection: Connection, part: int) -> list[tuple[str, datetime]]:
    """The slugs of one file of the sitemap, with when they changed last."""
    window = {"limit": SITEMAP, "offset": (part - 1) * SITEMAP}
    return [(row.slug, row.changed_at) for row in connection.execute(_ADDRESSES, window)]


def sitemap_parts(connection: Connection) -> int:
    """How many files the sitemap has; an empty register has one."""
    return max(1, -(-int(connection.execute(_COUNT).scalar_one()) // SITEMAP))


def entry_of(row: Row[Any]) -> Entry:
    """A row that has the columns of ``HEADER``."""
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})
