"""The law of the moment: what comes with the program, and over it what the site imported.

Its revision is one number: who reads anything else can carry it along (``REVISION``) and learn without a
statement more whether the law changed. What one revision says never changes: the table only grows, ids are
given once, and imports wait for each other, so no row ever appears below a revision that was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from models import LawChange, LawKind
from rules import site_parameters, site_table
from rules.parameters import Parameter, Parameters, statutory
from rules.periods import Unit
from rules.site_table import SiteTable
from rules.working_calendar import WorkingCalendar

_change = LawChange.__table__

REVISION = select(func.coalesce(func.max(_change.c.id), 0)).scalar_subquery()
"""The revision of the law, as a column of any statement; 0 while nothing was imported."""

_KEPT = 8
"""Revisions remembered of each database: the present one, and those a date was once reckoned under."""


@dataclass(frozen=True)
class Law:
    """Which days work and which numbers govern, as of one revision."""

    revision: int
    calendar: WorkingCalendar
    parameters: Parameters


@dataclass(frozen=True)
class Number:
    """A period as it is in force from one day on. ``unverified``: not yet checked against the instrument."""

    since: date
    number: int
    unit: Unit
    before: bool
    zh: str
    en: str
    source: str
    site: bool
    unverified: bool

    @classmethod
    def of(cls, row: Parameter) -> "Number":
        """From a parameter's row."""
        period, before = row.term.period, row.term.before
        return cls(
            row.valid_from,
            period.number,
            period.unit,
            before,
            f"事前{period.zh}" if before else period.zh,
            f"{period.en} before the event" if before else period.en,
            str(row.source),
            row.site,
            row.unverified,
        )


def built_in(timezone: str = "Asia/Shanghai") -> Law:
    """The law as it comes with the program, where nothing was imported."""
    return Law(0, WorkingCalendar(timezone=timezone), statutory())


def law_of(connection: Connection, timezone: str, revision: int | None = None) -> Law:
    """The law as of a revision, the present one if none is named. Read once per process and database."""
    if revision is None:
        revision = int(connection.execute(select(REVISION)).scalar_one())
    with _lock:
        known = _known.setdefault(connection.engine.pool, {})
        found = known.get((revision, timezone))
    if found is None:
        found = compose(imported(connection, revision), timezone, revision)
        with _lock:
            known[revision, timezone] = found
            for oldest in list(known)[:-_KEPT]:
                del known[oldest]
    return found


_lock = Lock()
# By the pool, which is one database for as long as it lives: a database made anew begins again at 1.
_known: "WeakKeyDictionary[Pool, dict[tuple[int, str], Law]]" = WeakKeyDictionary()

Imported = dict[tuple[str, str], dict[str, Any]]
"""What the site imported, by kind and key."""

_GOVERNING = (
    select(_change.c.kind, _change.c.key, _change.c.content)
    .ext(distinct_on(_change.c.kind, _change.c.key))
    .where(_change.c.id <= bindparam("revision"))
    .order_by(_change.c.kind, _change.c.key, _change.c.id.desc())
)


def imported(connection: Connection, revision: int) -> Imported:
    """What governed as of a revision: the latest of each year and of each number."""
    rows = connection.execute(_GOVERNING, {"revision": revision})
    return {(row.kind, row.key): row.content for row in rows}


def entry_of(table: SiteTable) -> Imported:
    """A year's table as it is imported."""
    return {(LawKind.CALENDAR.value, str(table.year)): site_table.content_of(table)}


def entries_of(rows: Sequence[Parameter]) -> Imported:
    """Numbers as they are imported, all rows of a key together."""
    return {
        (LawKind.PARAMETERS.value, key): site_parameters.content_of(row for row in rows if row.key == key)
        for key in dict.fromkeys(row.key for row in rows)
    }


def compose(imported: Imported, timezone: str, revision: int) -> Law:
    """What comes with the program, and what was imported over it."""
    tables, rows = list[SiteTable](), list[Parameter]()
    for (kind, _key), content in imported.items():
        if kind == LawKind.CALENDAR:
            tables.append(site_table.table_from(content))
        else:
            rows += site_parameters.rows_from(content)
    return Law(revision, WorkingCalendar(tables, timezone=timezone), statutory().with_site(rows))


def numbers_of(law: Law, key: str) -> tuple[Number, ...]:
    """A rule's numbers as people read them, the earliest first."""
    return tuple(Number.of(row) for row in law.parameters.of(key))
