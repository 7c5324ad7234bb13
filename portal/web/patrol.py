"""网址巡查: how the pages of published documents were found."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from engine.reading.patrol import read_patrol
from portal.web.caller import Reader
from portal.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/links")
def links(request: Request, session: Reader, everything: bool = False) -> HTMLResponse:
    """What is wrong now, what came right again; with ``everything``, all that was looked at."""
    found = read_patrol(request.app.state.service, session.actor)
    return page(request, "links.html", session, found=found, everything=everything)
