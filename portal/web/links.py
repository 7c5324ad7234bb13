"""The link in a message: it opens the to-do and does nothing else, for scanners and people alike.

It lets nobody in and is never used up. Only the person it was sent to, signed in, learns anything of the
case; everybody else learns at most its number, the step, and whether the to-do is still open.
"""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine import reading
from engine.acts.access import Session
from engine.reading import Followed
from engine.service import Service
from portal.web.caller import Anybody
from portal.web.pages import page, see_other
from rules.errors import CaseNotFound

router = APIRouter(include_in_schema=False)


@router.get("/t/{token}")
def open_link(request: Request, session: Anybody, token: Annotated[str, Path()]) -> Response:
    """To the to-do while it is open, to what became of it afterwards."""
    service: Service = request.app.state.service
    link = reading.follow(service, token)
    if session is None:
        back = f"/t/{quote(token, safe='')}"  # and not the to-do: that would not say what changed since
        if link.is_live:
            return see_other(f"/sign-in?next={quote(back, safe='')}")
        return page(request, "link_sign_in.html", link=link, back=back)
    if session.actor.person_id != link.person_id:
        return page(request, "link_other.html", session, status=403)
    if link.is_live and not link.has_changed:
        return see_other(f"/todo/{link.todo}")
    template = "link_changed.html" if link.is_live else "link_dead.html"
    return page(request, template, session, link=link, **_since(service, session, link))


def _since(service: Service, session: Session, link: Followed) -> dict[str, Any]:
    """Where the case is now, as far as the person may still see it, and what of it is theirs to do."""
    try:
        case = reading.read_case(service, session.actor, link.case)
    except CaseNotFound:
        return {"case": None, "todos": []}
    mine = reading.inbox(service, session.actor).todos
    return {"case": case, "todos": [todo for todo in mine if todo.case == link.case and todo.id != link.todo]}
