"""What the superior authority reads: a year's figures and registers. Nothing can be changed here."""

from fastapi import APIRouter, Response

from engine.acts.superior import read_for_superior
from engine.reading.superior import YearForSuperior
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import Year

router = APIRouter(tags=["superior"])


@router.get(
    "/superior/{year}",
    response_model=YearForSuperior,
    responses=documented(401, 403, 422),
    summary="A year's figures and registers (superior authority)",
)
def read_year(who: Who, year: Year) -> Response:
    """For holders of the superior's post, with a token made for this alone. Titles of what is public only.

    Each reading is written to the ledger.
    """
    return answer(read_for_superior(who.service, who.superior(), year))
