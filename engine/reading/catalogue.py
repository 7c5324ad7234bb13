"""标准目录 as people read it: the coverage board, one row with its history, what has no row yet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from engine.catalogue import Stored, revision_of, stored_rows
from engine.law import law_of
from engine.reading.values import snapshot
from engine.service import Service
from rules.catalogue import Count, Row, Status, count, read_limit
from rules.catalogue_words import suggest
from rules.due import reckon
from rules.errors import CatalogueRowNotFound
from rules.periods import Period
from rules.terms import Term
from rules.working_calendar import WorkingCalendar

# What was taken down stands in no row any more.
_STANDING = """
    SELECT e.slug, e.title, e.doc_type, e.doc_no, e.unit, e.formed_on, e.published_at, c.item_id
      FROM register_entry e LEFT JOIN catalogued c ON c.slug = e.slug
     WHERE NOT EXISTS (SELECT 1 FROM publication_change p WHERE p.slug = e.slug AND p.kind = 'take_down')
"""
_ALL = text(f"{_STANDING} ORDER BY e.published_at DESC, e.id DESC")
_OF_ROW = text(f"{_STANDING} AND c.item_id = :item ORDER BY e.published_at DESC, e.id DESC")
_LOOSE = text(
    f"{_STANDING} AND c.item_id IS NULL ORDER BY e.published_at DESC, e.id DESC LIMIT :limit OFFSET :offset"
)
_UNPLACED = text(f"{_STANDING} AND c.item_id IS NULL ORDER BY e.id")
_ONE = text(f"{_STANDING} AND e.slug = :slug")
_HISTORY = text(
    "SELECT h.id, h.action, h.before, h.after, h.reason, h.changed_at,"
    " COALESCE(p.name, h.changed_by) AS by FROM catalogue_change h"
    " LEFT JOIN person p ON p.username = h.changed_by WHERE h.item_id = :item ORDER BY h.id DESC"
)
PAGE = 50


@dataclass(frozen=True)
class Placed:
    """A published document, and whether it came later than its row's time limit allows.

    ``late`` is null where the row names no number, or the document has no row.
    """

    slug: str
    title: str
    doc_type: str
    doc_no: str
    unit: str
    formed_on: date
    published_at: datetime
    item: int | None
    late: bool | None = None


@dataclass(frozen=True)
class BoardRow:
    """One row of the board. ``limit`` is null where its time limit names no number we can count."""

    id: int
    row: Row
    active: bool
    limit: Period | None
    total: int
    this_year: int
    last: datetime | None
    late: tuple[Placed, ...]

    @property
    def status(self) -> Status:
        """How far it is verified."""
        return Status(self.row["status"])

    @property
    def state(self) -> str:
        """``nothing``, ``late``, ``this-year`` or ``earlier``: what is to be seen to first."""
        if not self.total:
            return "nothing"
        if self.late:
            return "late"
        return "this-year" if self.this_year else "earlier"


@dataclass(frozen=True)
class Board:
    """Coverage and freshness. ``loose``: published documents without a row."""

    year: int
    rows: tuple[BoardRow, ...]
    counts: tuple[Count, ...]
    loose: int
    revision: int

    def of(self, domain: str) -> list[BoardRow]:
        """A domain's rows, in their order."""
        return [row for row in self.rows if row.row["domain"] == domain]


@dataclass(frozen=True)
class RowChange:
    """One change of a row: the fields it changed, each before and after."""

    id: int
    action: str
    by: str
    at: datetime
    reason: str
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class RowView:
    """A row whole: what it says, what was published under it, how it came to say it."""

    row: BoardRow
    documents: tuple[Placed, ...]
    history: tuple[RowChange, ...]

    @property
    def seen(self) -> int:
        """The number of its last change."""
        return self.history[0].id if self.history else 0


@dataclass(frozen=True)
class Loose:
    """A page of documents without a row, each with the row its words suggest."""

    documents: tuple[tuple[Placed, int | None], ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def read_board(service: Service) -> Board:
    """Every row in use with what was published under it this year."""
    with snapshot(service) as connection:
        stored = [row for row in stored_rows(connection) if row.active]
        documents = connection.execute(_ALL).all()
        calendar = law_of(connection, service.settings.timezone).calendar
        revision = revision_of(connection)
    of_row = defaultdict[int | None, list[Any]](list)
    for document in documents:
        of_row[document.item_id].append(document)
    rows = tuple(_board_row(each, of_row[each.id], service, calendar) for each in stored)
    counts = count(row.row for row in stored)
    return Board(service.today.year, rows, counts, len(of_row[None]), revision)


def read_row(service: Service, number: int) -> RowView:
    """One row, also one no longer used.

    Raises:
        CatalogueRowNotFound.
    """
    with snapshot(service) as connection:
        stored = next((row for row in stored_rows(connection) if row.id == number), None)
        if stored is None:
            raise CatalogueRowNotFound(where="row")
        found = connection.execute(_OF_ROW, {"item": number}).all()
        history = connection.execute(_HISTORY, {"item": number}).all()
        calendar = law_of(connection, service.settings.timezone).calendar
    placed = _placed(found, read_limit(stored.row["time_limit"]), calendar)
    return RowView(
        _board_row(stored, found, service, calendar), tuple(placed), tuple(_change(row) for row in history)
    )


def rows_in_use(service: Service) -> list[Stored]:
    """What a document may be put under."""
    with service.read() as connection:
        return [row for row in stored_rows(connection) if row.active]


def read_loose(service: Service, page: int = 1) -> Loose:
    """Published documents without a row, the newest first."""
    with snapshot(service) as connection:
        window = {"limit": PAGE, "offset": (page - 1) * PAGE}
        found = _placed(connection.execute(_LOOSE, window), None, None)
        total = len(connection.execute(_UNPLACED).all())
        rows = [(row.id, row.row) for row in stored_rows(connection) if row.active]
    return Loose(tuple((each, suggest(_words(each), rows)) for each in found), total, page)


@dataclass(frozen=True)
class Standing:
    """Where one published document stands: its row, or the one its words suggest."""

    document: Placed
    row: Stored | None
    suggested: int | None


def read_standing(service: Service, slug: str) -> Standing | None:
    """Where a document stands; None: it is not public, or taken down."""
    with snapshot(service) as connection:
        found = _placed(connection.execute(_ONE, {"slug": slug}), None, None)
        rows = stored_rows(connection)
    if not found:
        return None
    known = [(row.id, row.row) for row in rows if row.active]
    row = next((row for row in rows if row.id == found[0].item), None)
    return Standing(found[0], row, suggest(_words(found[0]), known) if row is None else None)


def _words(document: Placed) -> str:
    return f"{document.title} {document.doc_type}"


def _board_row(stored: Stored, found: Sequence[Any], service: Service, calendar: WorkingCalendar) -> BoardRow:
    zone = ZoneInfo(service.settings.timezone)
    limit = read_limit(stored.row["time_limit"])
    placed = _placed(found, limit, calendar)
    this_year = [each for each in placed if each.published_at.astimezone(zone).year == service.today.year]
    return BoardRow(
        stored.id,
        stored.row,
        stored.active,
        limit,
        len(placed),
        len(this_year),
        max((each.published_at for each in placed), default=None),
        tuple(each for each in this_year if each.late),
    )


def _placed(found: Any, limit: Period | None, calendar: WorkingCalendar | None) -> list[Placed]:
    """The documents; late where they were published after the row's limit, counted from their formation."""

    @cache
    def late_from(formed_on: date) -> datetime | None:
        assert limit is not None
        assert calendar is not None
        return reckon(Term(limit), formed_on, calendar=calendar).late_from

    placed = []
    for row in found:
        end = late_from(row.formed_on) if limit is not None and calendar is not None else None
        late = None if end is None else row.published_at >= end
        values = {name: getattr(row, name) for name in _FIELDS}
        placed.append(Placed(**values, item=row.item_id, late=late))
    return placed


_FIELDS = ("slug", "title", "doc_type", "doc_no", "unit", "formed_on", "published_at")


def _change(row: Any) -> RowChange:
    before = row.before or {}
    fields = tuple(
        (name, before.get(name), after) for name, after in row.after.items() if before.get(name) != after
    )
    return RowChange(row.id, row.action, row.by, row.changed_at, row.reason, fields)


def loose_for_too_long(service: Service, connection: Connection) -> list[str]:
    """Documents under no row though the site's number of days has passed since they were published."""
    law = law_of(connection, service.settings.timezone)
    term = law.parameters.on("catalogue-placing", service.today).term
    rows = any(row.active for row in stored_rows(connection))
    found = connection.execute(_UNPLACED).all() if rows else []  # with no rows there is no place to put them
    ends = ((row.slug, reckon(term, row.published_at, calendar=law.calendar).late_from) for row in found)
    return [slug for slug, end in ends if end is not None and end <= service.now]
