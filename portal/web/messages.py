"""Messages that reached nobody: the administrator sees why, mends it, and asks for another try."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts.resend import resend
from portal.requests import BIGGEST_ID
from portal.web.caller import Form, Reader, Writer, one
from portal.web.pages import local_path, page, see_other

router = APIRouter(include_in_schema=False)


@router.get("/messages")
def undelivered(request: Request, session: Reader) -> HTMLResponse:
    """What did not leave, newest first."""
    found = reading.list_undelivered(request.app.state.service, session.actor)
    return page(request, "messages.html", session, deliveries=found)


@router.post("/messages/{message_id}/resend")
def send_again(
    request: Request, session: Writer, form: Form, message_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]
) -> Response:
    """Another try, now."""
    resend(request.app.state.service, session.actor, message_id)
    return see_other(local_path(one(form, "next", "/messages")))
