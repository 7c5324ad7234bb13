"""People and posts: who does what here; the administrator sets passwords."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from engine import reading
from engine.acts import access
from engine.service import Service
from portal.problems import status_of
from portal.web.caller import Form, Reader, Writer, one
from portal.web.pages import page
from rules.errors import GongkaiError

router = APIRouter(include_in_schema=False)

Username = Annotated[str, Path(max_length=64, pattern=r"^[\w.@-]+$")]


@router.get("/people")
def people(request: Request, session: Reader) -> HTMLResponse:
    """Everybody, by section."""
    return _page(request, session)


@router.post("/people/{username}/password")
def set_password(request: Request, session: Writer, form: Form, username: Username) -> HTMLResponse:
    """A new password; the person's sessions and tokens end."""
    service: Service = request.app.state.service
    try:
        access.set_password(service, session.actor, username, one(form, "password")[:256])
    except GongkaiError as error:
        return _page(request, session, error=error)
    return _page(request, session, done=username)


def _page(
    request: Request, session: Reader, *, error: GongkaiError | None = None, done: str = ""
) -> HTMLResponse:
    directory = reading.read_directory(request.app.state.service)
    status = status_of(error) if error else 200
    return page(
        request,
        "people.html",
        session,
        status=status,
        directory=directory,
        error=error,
        done=done,
        here="/people",
    )
