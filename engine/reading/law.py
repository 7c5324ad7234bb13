"""The law in force as anybody may look it up: a year's days, the numbers, and by whom what was imported."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from engine.law import Law, Number, law_of, numbers_of
from engine.service import Service
from models import LawKind
from rules.calendar_year import Holiday, holidays_of
from rules.working_calendar import PROGRAM_YEARS, CalendarDay, HolidayName

_IMPORTED = text(
    """
    SELECT DISTINCT ON (l.key) l.key, l.content, l.imported_by, l.imported_at,
           coalesce(p.name, l.imported_by) AS name
      FROM law_change l LEFT JOIN person p ON p.username = l.imported_by
     WHERE l.kind = :kind AND l.id <= :revision AND (:key = '' OR l.key = :key)
     ORDER BY l.key, l.id DESC
    """
)


@dataclass(frozen=True)
class ImportedBy:
    """Who imported what governs, and when."""

    username: str
    name: str
    at: datetime


@dataclass(frozen=True)
class DayOfYear:
    """A day: its kind, the holiday it belongs to, whether organs work."""

    on: date
    kind: str
    works: bool
    name: HolidayName | None

    @classmethod
    def of(cls, on: date, day: CalendarDay) -> "DayOfYear":
        """From the calendar's own."""
        return cls(on, day.kind.value, day.works, day.name)


@dataclass(frozen=True)
class CalendarYear:
    """A year: whether its arrangement is known, what it rests on, its holidays, and every day of it.

    Where it is not ``covered``, Monday to Friday are taken as working days and dates are provisional.
    ``program``: the arrangement came with the program; ``imported``: the site's own table lies over it, which
    names the ``papers`` it was copied from.
    """

    year: int
    covered: bool
    program: bool
    imported: ImportedBy | None
    papers: list[str]
    revision: int
    holidays: list[Holiday]
    days: list[DayOfYear]


@dataclass(frozen=True)
class ParameterView:
    """One period: its numbers, the earliest first; which governs today; by whom the site's was imported."""

    key: str
    zh: str
    en: str
    numbers: list[Number]
    today: Number | None
    imported: ImportedBy | None


def read_calendar_year(service: Service, year: int) -> CalendarYear:
    """One year as it is known now."""
    with service.read() as connection:
        law = law_of(connection, service.settings.timezone)
        found = _imported(connection, law, LawKind.CALENDAR, str(year)).get(str(year))
    by, papers = found or (None, [])
    return calendar_year(law, year, by, papers)


def calendar_year(
    law: Law, year: int, by: ImportedBy | None = None, papers: list[str] | None = None
) -> CalendarYear:
    """The same of a law at hand, which may be the program's alone."""
    first, calendar = date(year, 1, 1), law.calendar
    every = (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
    return CalendarYear(
        year,
        calendar.covers(year),
        year in PROGRAM_YEARS,
        by,
        papers or [],
        law.revision,
        list(holidays_of(calendar, year)),
        [DayOfYear.of(on, calendar.day(on)) for on in every],
    )


def read_parameters(service: Service) -> list[ParameterView]:
    """Every period, as it is known now."""
    with service.read() as connection:
        law = law_of(connection, service.settings.timezone)
        found = _imported(connection, law, LawKind.PARAMETERS)
    by = {key: who for key, (who, _papers) in found.items()}
    return parameter_views(law, service.today, by)


def parameter_views(law: Law, today: date, by: dict[str, ImportedBy] | None = None) -> list[ParameterView]:
    """The same of a law at hand."""
    views = []
    for key in law.parameters.keys:
        named, numbers = law.parameters.of(key)[-1], numbers_of(law, key)
        begun = [number for number in numbers if number.since <= today]
        views.append(
            ParameterView(
                key, named.zh, named.en, list(numbers), begun[-1] if begun else None, (by or {}).get(key)
            )
        )
    return views


def _imported(
    connection: Connection, law: Law, kind: LawKind, key: str = ""
) -> dict[str, tuple[ImportedBy, list[str]]]:
    """Who imported what governs, with the papers it names, by key."""
    asked = {"kind": kind.value, "revision": law.revision, "key": key}
    return {
        row.key: (ImportedBy(row.imported_by, row.name, row.imported_at), row.content.get("papers", []))
        for row in connection.execute(_IMPORTED, asked)
    }
