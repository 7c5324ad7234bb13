"""The inbox 待办: what one may act on now, due first at the top, kept up to date while the page is open."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.reading import DueFilter
from portal.requests import PlaceInInbox
from portal.web.caller import Reader
from portal.web.events import stream
from portal.web.pages import page

router = APIRouter(include_in_schema=False)

SHOWN = 50
"""To-dos on one page."""

After = Annotated[str, PlaceInInbox]
Due = Annotated[DueFilter, Query()]


@router.get("/inbox")
def inbox(request: Request, session: Reader, after: After = "", due: Due = DueFilter.ALL) -> HTMLResponse:
    """The whole page."""
    service = request.app.state.service
    todos = reading.inbox(service, session.actor, due=due, after=after, size=SHOWN)
    mine = reading.list_cases(service, session.actor, state="open")
    return page(request, "inbox.html", session, todos=todos, mine=mine, after=after, due=due)


@router.get("/inbox/list")
def inbox_list(
    request: Request, session: Reader, after: After = "", due: Due = DueFilter.ALL
) -> HTMLResponse:
    """The list alone, asked for again when something changed."""
    todos = reading.inbox(request.app.state.service, session.actor, due=due, after=after, size=SHOWN)
    return page(request, "inbox_list.html", session, todos=todos, after=after, due=due)


@router.get("/inbox/events")
async def inbox_events(request: Request, _session: Reader) -> Response:
    """Server-sent events: one whenever to-dos were opened or closed anywhere."""
    return stream(request)
