"""Which days organs work: a year to read, a year's table to import, and the limits that an import moved."""

from fastapi import APIRouter, Response

from engine import reading
from engine.acts import law
from engine.acts.law import CalendarImported
from engine.reading import CalendarYear
from engine.reading.moved import MovedByLaw, read_moved
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import CalendarBody, Revision, Year

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
    nothing. Open limits are reckoned again within seconds: `GET /law/{revision}/moved` tells which moved;
    which would move, `POST /what-if` tells before.
    """
    return answer(
        law.import_calendar(
            who.service, who.actor(), body.table, where="table", seen=body.seen, dry_run=body.dry_run
        )
    )


@router.get(
    "/law/{revision}/moved",
    response_model=MovedByLaw,
    responses=documented(401, 403, 404, 422),
    summary="The limits that an import moved (administrator, manager)",
)
def read_moved_limits(who: Who, revision: Revision) -> Response:
    """What the import answered with this `revision` moved so far, of all open cases.

    While `left` is not zero, that many open limits are still to be reckoned again: ask anew.
    """
    return answer(read_moved(who.service, who.actor(), revision))
