"""The year as days that work and days that do not; the administrator imports a year's arrangement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts.law import LARGEST_BYTES, CalendarImported, import_calendar
from engine.plain_files import read_plain
from engine.policy import Act, permit
from engine.reading import CalendarYear
from engine.reading.law import DayOfYear
from engine.reading.moved import MovedByLaw, MovedLimit, read_moved, would_move
from engine.reading.what_if import Assumed
from engine.service import Service
from portal.problems import status_of
from portal.requests import BIGGEST_ID, FIRST_YEAR, LAST_YEAR
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.pages import page, see_other
from rules.errors import GongkaiError

router = APIRouter(include_in_schema=False)

_DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class Month:
    """A month drawn: weeks from Monday on, nothing where another month's days are."""

    first: date
    weeks: list[list[DayOfYear | None]]


@router.get("/calendar")
def calendar(
    request: Request,
    session: Reader,
    year: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)] = None,
    moved: Annotated[int | None, Query(ge=1, le=BIGGEST_ID)] = None,
) -> HTMLResponse:
    """A year, this one unless another is asked for; after an import, with the limits it moved."""
    service: Service = request.app.state.service
    by_import = None if moved is None else read_moved(service, session.actor, moved)
    return _page(request, session, year or service.today.year, moved=by_import)


@router.post("/calendar")
def submit(request: Request, session: Writer, form: Form) -> Response:
    """What a table would change; then, for exactly the table that was shown, the import."""
    service: Service = request.app.state.service
    permit(session.actor, Act.IMPORT_LAW)  # before anything is read: reading costs
    text, seen = one(form, "table"), _previewed(form)
    try:
        content = read_plain(text.encode(), name="table", largest=LARGEST_BYTES)
        done = import_calendar(
            service, session.actor, content, where="table", seen=seen, dry_run=seen is None
        )
        if done.stored:
            return see_other(f"/calendar?year={done.year}&moved={done.revision}")
        would = [] if done.same else would_move(service, session.actor, Assumed(table=content))
    except GongkaiError as error:
        return _page(request, session, service.today.year, typed=text, error=error)
    return _page(request, session, done.year, typed=text, preview=done, would=would)


def _previewed(form: Fields) -> int | None:
    """The revision the preview of this very text compared it with; None where it is still to be shown."""
    seen, _, digest = one(form, "previewed").partition(":")
    was_shown = digest == _digest(one(form, "table")) and seen.isdecimal() and len(seen) < 16
    return int(seen) if was_shown and one(form, "what") == "import" else None


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _page(
    request: Request,
    session: Reader,
    year: int,
    *,
    typed: str = "",
    preview: CalendarImported | None = None,
    would: Sequence[MovedLimit] = (),
    moved: MovedByLaw | None = None,
    error: GongkaiError | None = None,
) -> HTMLResponse:
    service: Service = request.app.state.service
    shown = reading.read_calendar_year(service, year)
    return page(
        request,
        "calendar.html",
        session,
        status=status_of(error) if error else 200,
        shown=shown,
        months=_months(shown),
        years=[each for each in range(year - 1, year + 2) if FIRST_YEAR <= each <= LAST_YEAR],
        typed=typed,
        preview=preview,
        would=would,
        moved=moved,
        previewed=f"{preview.before}:{_digest(typed)}" if preview else "",
        error=error,
        here=f"/calendar?year={year}" + (f"&moved={moved.revision}" if moved else ""),
    )


def _months(shown: CalendarYear) -> list[Month]:
    return [_month(list(days)) for _, days in groupby(shown.days, key=lambda day: day.on.month)]


def _month(days: list[DayOfYear]) -> Month:
    cells: list[DayOfYear | None] = [None] * days[0].on.weekday() + days
    cells += [None] * (-len(cells) % _DAYS_OF_A_WEEK)
    weeks = [cells[place : place + _DAYS_OF_A_WEEK] for place in range(0, len(cells), _DAYS_OF_A_WEEK)]
    return Month(days[0].on, weeks)
