"""One's own page: password, how one is told, phrases."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from engine.acts import desk
from engine.acts.wishes import Wishes, read_wishes, set_wishes
from engine.reading.deliveries import channel_named
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
    """Password, how one is told, phrases."""
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


@router.post("/me/messages")
def choose_messages(request: Request, session: Writer, form: Form) -> Response:
    """By which channels one is told from now on, when not, and whether once a day."""
    wishes = Wishes(
        channels=[name[:30] for name in form.get("channel", [])],
        mobile=one(form, "mobile").strip()[:20],
        quiet_from=one(form, "quiet_from")[:5],
        quiet_until=one(form, "quiet_until")[:5],
        digest=one(form, "digest") == "true",
    )
    try:
        set_wishes(request.app.state.service, session.actor, wishes)
    except GongkaiError as error:
        return _page(request, session, error=error, wishes=wishes)
    return see_other("/me?told=1")


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


def _page(
    request: Request, session: Reader, *, error: GongkaiError | None = None, wishes: Wishes | None = None
) -> HTMLResponse:
    service: Service = request.app.state.service
    own = read_wishes(service, session.actor)
    return page(
        request,
        "me.html",
        session,
        status=status_of(error) if error else 200,
        phrases=desk.phrases(service, session.actor),
        wishes=wishes or own.wishes,
        installed=[channel_named(name) for name in own.installed],
        chosen="told" in request.query_params,
        error=error,
        here="/me",
    )
