"""The mailbox of an installation without a mail server: every message as its reader would see it."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from portal.requests import BIGGEST_ID, printable
from portal.web.caller import Reader
from portal.web.pages import page

router = APIRouter(include_in_schema=False)

MailId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]

IN_A_BOX = {
    # Links open in a window of their own, outside the box; nothing else can happen in it.
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
_LINK = re.compile(r"(https?://[^\s<>\"]+)")


@router.get("/mailbox")
def mailbox(
    request: Request, session: Reader, to: Annotated[str, Query(max_length=100)] = ""
) -> HTMLResponse:
    """One's own messages, an administrator's: everybody's; newest first."""
    to = printable(to).strip()
    lines = reading.list_mails(request.app.state.service, session.actor, to=to)
    return page(request, "mailbox.html", session, lines=lines, to=to)


@router.get("/mailbox/{mail_id}")
def mail(request: Request, session: Reader, mail_id: MailId) -> HTMLResponse:
    """Headers, text with its links, HTML in a box."""
    found = reading.read_mail(request.app.state.service, session.actor, mail_id)
    return page(request, "mail.html", session, mail=found, pieces=_LINK.split(found.text))


@router.get("/mailbox/{mail_id}/html")
def mail_html(request: Request, session: Reader, mail_id: MailId) -> Response:
    """The HTML part alone, for the box."""
    found = reading.read_mail(request.app.state.service, session.actor, mail_id)
    return HTMLResponse(found.html.replace("<head>", '<head><base target="_blank">', 1), headers=IN_A_BOX)
