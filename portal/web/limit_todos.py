"""To-dos about a time limit: an escalation is attended to, and what was asked of a limit is answered.

Neither is a decision on the document, which is not shown here.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts.attend import attend
from engine.acts.clock_acts import answer
from engine.acts.desk import phrases
from engine.reading import Todo
from engine.service import Service
from portal.problems import status_of
from portal.requests import BIGGEST_ID
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.limit_picture import picture_of
from portal.web.pages import page, see_other
from rules.errors import ClassifiedContentRefused, GongkaiError, InvalidInput

router = APIRouter(include_in_schema=False)

TodoId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@router.post("/todo/{todo_id}/attend")
def attend_to(request: Request, session: Writer, form: Form, todo_id: TodoId) -> Response:
    """What was done about a missed limit."""
    service: Service = request.app.state.service
    try:
        attend(service, session.actor, todo_id, one(form, "note"))
    except GongkaiError as error:
        return _again(request, session, todo_id, form, error)
    return see_other(f"/todo/{todo_id}")


@router.post("/todo/{todo_id}/answer")
def grant(request: Request, session: Writer, form: Form, todo_id: TodoId) -> Response:
    """Granted or refused."""
    service: Service = request.app.state.service
    said = one(form, "granted")
    try:
        if said not in ("yes", "no"):
            raise InvalidInput(
                where=str(todo_id), field="granted", why_zh="请选择准许或不准许", why_en="grant or refuse it"
            )
        answer(service, session.actor, todo_id, granted=said == "yes", text=one(form, "text"))
    except GongkaiError as error:
        return _again(request, session, todo_id, form, error)
    return see_other(f"/todo/{todo_id}")


def _again(
    request: Request, session: Reader, todo_id: int, form: Fields, error: GongkaiError
) -> HTMLResponse:
    """The page with what was wrong and everything that was typed; an error page for any other to-do."""
    todo = reading.read_assignment(request.app.state.service, session.actor, todo_id)
    if not is_about_limit(todo):
        raise error
    typed = {} if isinstance(error, ClassifiedContentRefused) else form
    return limit_todo_page(request, session, todo, form=typed, error=error)


def is_about_limit(todo: Todo) -> bool:
    """Whether a to-do is of these two kinds."""
    return todo.escalation is not None or todo.clock_act is not None


def limit_todo_page(
    request: Request,
    session: Reader,
    todo: Todo,
    *,
    form: Fields | None = None,
    error: GongkaiError | None = None,
) -> HTMLResponse:
    """The limit, who has what it waits for, and the form."""
    service: Service = request.app.state.service
    about = todo.escalation or todo.clock_act
    assert about is not None
    clocks = reading.read_clocks(service, session.actor, todo.case)
    clock = next(clock for clock in clocks if clock.id == about.limit.clock)
    return page(
        request,
        "limit_todo.html",
        session,
        status=status_of(error) if error else 200,
        todo=todo,
        case=reading.read_case(service, session.actor, todo.case),
        clock=clock,
        picture_of_it=picture_of(clock, service.now, service.settings.timezone),
        typed={name: one(form or {}, name) for name in ("note", "granted", "text")},
        phrases=phrases(service, session.actor),
        error=error,
    )
