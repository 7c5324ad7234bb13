"""The comments on a case: registered by hand, shown or hidden, put under themes, disposed of."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts.comments import (
    Explained,
    Received,
    Weighed,
    erase_author,
    explain_theme,
    moderate_comment,
    register_comment,
    weigh_comment,
)
from engine.service import Service
from portal.problems import status_of
from portal.requests import known_number
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.comment_picture import days_of, themes_of
from portal.web.fields import answers_from, fields_of
from portal.web.pages import page, see_other
from rules.errors import GongkaiError
from rules.participation import Disposition, ParticipationForm

router = APIRouter(include_in_schema=False)
Serial = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/cases/{number}/comments")
def show(request: Request, session: Reader, number: str) -> HTMLResponse:
    """What was said and what became of it."""
    return _page(request, session, number)


@router.post("/cases/{number}/comments")
def register(request: Request, session: Writer, form: Form, number: str) -> Response:
    """A comment that came on paper; its receipt is shown this once."""
    service: Service = request.app.state.service
    try:
        serial, receipt = register_comment(
            service, session.actor, known_number(number), _answers(service, Received, form)
        )
    except GongkaiError as error:
        return _page(request, session, number, error=error, typed=form)
    return _page(request, session, number, made=(serial, receipt))


@router.post("/cases/{number}/comments/{serial}/weigh")
def weigh(request: Request, session: Writer, form: Form, number: str, serial: Serial) -> Response:
    """Theme and disposition of one comment."""
    service: Service = request.app.state.service
    answers = {name: one(form, name) for name in Weighed.model_fields}
    try:
        weigh_comment(service, session.actor, known_number(number), serial, answers)
    except GongkaiError as error:
        return _page(request, session, number, error=error)
    return see_other(f"/cases/{known_number(number)}/comments#c{serial}")


@router.post("/cases/{number}/comments/{serial}/moderate")
def moderate(request: Request, session: Writer, form: Form, number: str, serial: Serial) -> Response:
    """Show it to the public, or hide it with a reason."""
    service: Service = request.app.state.service
    answers = {"shown": one(form, "shown") == "yes", "reason": one(form, "reason")}
    try:
        moderate_comment(service, session.actor, known_number(number), serial, answers)
    except GongkaiError as error:
        return _page(request, session, number, error=error)
    return see_other(f"/cases/{known_number(number)}/comments#c{serial}")


@router.post("/cases/{number}/comments/{serial}/erase")
def erase(request: Request, session: Writer, number: str, serial: Serial) -> Response:
    """Who wrote it is erased; what it says stays."""
    erase_author(request.app.state.service, session.actor, known_number(number), serial)
    return see_other(f"/cases/{known_number(number)}/comments#c{serial}")


@router.post("/cases/{number}/themes")
def explain(request: Request, session: Writer, form: Form, number: str) -> Response:
    """The reason the public is given for a theme."""
    service: Service = request.app.state.service
    answers = {name: one(form, name) for name in Explained.model_fields}
    try:
        explain_theme(service, session.actor, known_number(number), answers)
    except GongkaiError as error:
        return _page(request, session, number, error=error)
    return see_other(f"/cases/{known_number(number)}/comments#themes")


def _page(
    request: Request,
    session: Reader,
    number: str,
    *,
    error: GongkaiError | None = None,
    typed: Fields | None = None,
    made: tuple[int, str] | None = None,
) -> HTMLResponse:
    service: Service = request.app.state.service
    view = reading.read_comments(service, session.actor, known_number(number))
    values = {name.removeprefix("answer."): said[-1] for name, said in (typed or {}).items()}
    facts: dict[str, Any] = {
        "view": view,
        "fields": fields_of(Received.model_json_schema(), values),
        "dispositions": list(Disposition),
        "forms": {form.value: form.names for form in ParticipationForm},
        "days": days_of(view.days),
        "bars": themes_of(view.themes),
        "error": error,
        "made": made,
    }
    return page(request, "comments.html", session, status=status_of(error) if error else 200, **facts)


def _answers(service: Service, form: type[Received], posted: Fields) -> dict[str, Any]:
    return answers_from(form.model_json_schema(), posted, timezone=service.settings.timezone)
