"""One's own page: password and phrases."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from engine.acts import desk
from engine.service import Service
from portal.caller import take_cookie
from portal.problems import status_of
from portal.requests import BIGGEST_ID
from portal.web.caller import Form, Reader, Writer, one
from portal.web.pages import local_path, page, see_other
from rules.errors import GongkaiError

router = APIRouter(include_in_schema=False)

PhraseId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@router.get("/me")
def me(request: Request, session: Reader) -> HTMLResponse:
    """Password and phrases."""
    return _page(request, session)


@router.post("/me/password")
def change_password(request: Request, session: Writer, form: Form) -> Response:
    """A new password; one signs in with it at once."""
    service: Service = request.app.state.service
    try:
        desk.set_own_password(service, session.actor, now=one(form, "now")[:256], new=one(form, "new")[:256])
    except GongkaiError as error:
        return _page(request, session, error=error)
    response = see_other("/sign-in?changed=1")
    take_cookie(response, service)
    return response


@router.post("/me/phrases")
def add_phrase(request: Request, session: Writer, form: Form) -> Response:
    """One phrase more; back to where it was typed."""
    try:
        desk.add_phrase(request.app.state.service, session.actor, one(form, "phrase"))
    except GongkaiError as error:
        return _page(request, session, error=error)
    return see_other(local_path(one(form, "next", "/me")))


@router.post("/me/phrases/{phrase_id}/remove")
def remove_phrase(request: Request, session: Writer, phrase_id: PhraseId) -> Response:
    """One phrase less."""
    desk.remove_phrase(request.app.state.service, session.actor, phrase_id)
    return see_other("/me")


def _page(request: Request, session: Reader, *, error: GongkaiError | None = None) -> HTMLResponse:
    own = desk.phrases(request.app.state.service, session.actor)
    status = status_of(error) if error else 200
    return page(request, "me.html", session, status=status, phrases=own, error=error, here="/me")
