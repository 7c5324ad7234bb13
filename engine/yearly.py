"""What the organ does once a year 年度事项: when each is to be opened, by whom, and what was not.

Prefect opens them on the day; our own clock finds out when that did not happen.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select, text

from engine.actor import about_holdings
from engine.law import Law, law_of
from engine.procedures import Procedure, installed
from engine.service import Service
from models import Case
from rules.due import reckon
from rules.errors import NoHolder
from rules.ladder import MORNING
from rules.positions import Position
from rules.time import local_date

_cases = Case.__table__

_FIRST_HOLDER = about_holdings(
    """
    SELECT p.username FROM holding h JOIN person p ON p.id = h.person_id AND p.active
     WHERE h.position = :position AND {in_force} ORDER BY p.id LIMIT 1
    """
)
_FIRST_ENTRY = text("SELECT min(at) FROM ledger_entry")
_FIRST_UNIT = text("SELECT code FROM unit ORDER BY id LIMIT 1")


@dataclass(frozen=True)
class Yearly:
    """A procedure of every year: when this year's was due to open, and which case it is."""

    procedure: str
    chinese: str
    english: str
    year: int
    opens: date
    number: str | None

    def missed(self, today: date) -> bool:
        """Whether its day is over and nobody opened it."""
        return self.number is None and today > self.opens


def opening_day(law: Law, key: str, year: int) -> date:
    """The day so long before 31 December as the organ's number says."""
    year_ends = date(year, 12, 31)
    due = reckon(law.parameters.on(key, year_ends).term, year_ends, calendar=law.calendar)
    assert due.on is not None
    return due.on


def yearly_procedures() -> list[Procedure]:
    """The procedures one case of which is opened every year."""
    return [each for each in installed() if each.opens_yearly]


def yearly_openings(service: Service, connection: Connection, year: int | None = None) -> list[Yearly]:
    """Every one of them, of this year unless another is named."""
    law, asked = law_of(connection, service.settings.timezone), year or service.today.year
    numbers = {
        row.procedure: row.number
        for row in connection.execute(
            select(_cases.c.procedure, _cases.c.number).where(
                _cases.c.procedure.in_([each.key for each in yearly_procedures()]),
                _cases.c.unique_key == str(asked),
            )
        )
    }
    return [
        Yearly(
            each.key,
            each.chinese,
            each.english,
            asked,
            opening_day(law, each.opens_yearly, asked),
            numbers.get(each.key),
        )
        for each in yearly_procedures()
    ]


def missed_openings(service: Service, connection: Connection) -> list[Yearly]:
    """Those whose day is over this year and that nobody opened, though this installation ran on that day."""
    begun = connection.scalar(_FIRST_ENTRY)
    if begun is None:
        return []
    today, since = service.today, local_date(begun, service.settings.timezone)
    due = (each for each in yearly_openings(service, connection) if each.missed(today))
    return [each for each in due if since <= each.opens]


def opening_cron(service: Service, chosen: Procedure) -> str:
    """When a schedule opens the yearly case, at nine on the organ's clock; empty: none opens it."""
    if not chosen.opens_yearly:
        return ""
    with service.read() as connection:
        law = law_of(connection, service.settings.timezone)
    opens = opening_day(law, chosen.opens_yearly, service.today.year)
    return f"0 {MORNING.hour} {opens.day} {opens.month} *"


def yearly_intake(service: Service, chosen: Procedure, given: dict[str, Any]) -> dict[str, Any]:
    """An intake completed: the first holder of the post in charge, their unit, and the present year.

    Raises:
        NoHolder: nobody holds the post that opens such cases.
    """
    with service.read() as connection:
        asked = {"position": chosen.opened_by.value, "today": service.today}
        holder = connection.scalar(_FIRST_HOLDER, asked)
        unit = connection.scalar(_FIRST_UNIT)
    if holder is None and "drafter" not in given:
        position: Position = chosen.opened_by
        raise NoHolder(
            where=chosen.key,
            position_zh=position.chinese,
            position_en=position.english,
            why_zh="该岗位目前空缺",
            why_en="the position is vacant",
        )
    return {"drafter": holder, "unit": unit, "year": service.today.year, **given}
