"""The bar of a demonstration whose time moves: the administrator lets time pass."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from engine.acts.advance_clock import advance_clock
from portal.web.caller import Form, Writer, one
from portal.web.pages import local_path, see_other

router = APIRouter(include_in_schema=False)


@router.post("/clock/advance")
def advance(request: Request, session: Writer, form: Form) -> Response:
    """Time passes; back to the page where it was asked for."""
    by, to = one(form, "by").strip()[:20], one(form, "to")[:40]
    advance_clock(request.app.state.service, session.actor, by=by, to=to)
    return see_other(local_path(one(form, "next", "/inbox")))
