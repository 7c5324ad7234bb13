"""The clock of this installation; in a demonstration made for it, it can be advanced."""

from fastapi import APIRouter, Response

from engine.acts.advance_clock import Clock, advance_clock, read_clock
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import AdvanceBody

router = APIRouter(prefix="/clock", tags=["installation"])


@router.get("", response_model=Clock, responses=documented(401, 403), summary="What time it is")
def show(who: Who) -> Response:
    """Statutory time and the machine's: they differ only in a demonstration, where ``virtual`` is true."""
    who.actor()
    return answer(read_clock(who.service))


@router.post(
    "/advance",
    response_model=Clock,
    responses=documented(400, 401, 403, 409, 415, 422, 503),
    summary="Advance virtual time (administrator)",
)
def advance(who: Who, body: AdvanceBody) -> Response:
    """Forward only, and only in a demonstration made for it: everywhere else it is refused with 409."""
    return answer(advance_clock(who.service, who.actor(), by=body.by, to=body.to))
