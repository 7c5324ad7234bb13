"""Which days organs work: a year to read, and a year's table to import."""

from fastapi import APIRouter, Response

from engine import reading
from engine.acts import law
from engine.acts.law import CalendarImported
from engine.reading import CalendarYear
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import CalendarBody, Year

router = APIRouter(tags=["law"])


@router.get(
    "/calendar/{year}",
    response_model=CalendarYear,
    responses=documented(401, 403, 422),
    summary="The working days of a year",
)
def read_calendar(who: Who, year: Year) -> Response:
    """Every day, the holidays with their make-up workdays, and whether the year's arrangement is known.

    Where it is not `covered`, Monday to Friday are taken as working days and dates are provisional.
    """
    who.actor()
    return answer(reading.read_calendar_year(who.service, year))


@router.post(
    "/calendar",
    response_model=CalendarImported,
    responses=documented(400, 401, 403, 409, 413, 422),
    summary="Import a year's days off (administrator)",
)
def import_calendar(who: Who, body: CalendarBody) -> Response:
    """The table governs at once, in place of an earlier one of that year. Taken whole or refused whole.

    The answer names the days that change; with `dry_run` those that would. The same table again changes
    nothing.
    """
    return answer(
        law.import_calendar(
            who.service, who.actor(), body.table, where="table", seen=body.seen, dry_run=body.dry_run
        )
    )
