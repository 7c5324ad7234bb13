"""The decision page: the document, what was said of it, where each answer leads, and the answer itself.

Opening it decides nothing and uses nothing up, however often and by whomever a link is followed.
"""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts import desk, uploads
from engine.acts.decide import DecisionRequest, decide
from engine.acts.retry import retry_case
from engine.calls import Action, ReturnMode
from engine.reading import ClockView, Leads, Todo, VersionContent
from engine.service import Service
from portal.problems import status_of
from portal.requests import BIGGEST_ID, known_number
from portal.web.attached import WRITING, attachments_from, file_area
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.differences import differences
from portal.web.disclosure import disclosure_of
from portal.web.fields import PREFIX, answers_from, fields_of, typed_in
from portal.web.limit_todos import is_about_limit, limit_todo_page
from portal.web.pages import page, see_other
from portal.web.saved import keep_typed, not_kept, says_secret
from rules.errors import ClassifiedContentRefused, GongkaiError, IdempotencyKeyReused

router = APIRouter(include_in_schema=False)

TodoId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
RETURN_FORM = "return."


@router.get("/todo/{todo_id}")
def show(request: Request, session: Reader, todo_id: TodoId) -> HTMLResponse:
    """The to-do as it is now: open, decided, or closed for another reason."""
    todo = reading.read_assignment(request.app.state.service, session.actor, todo_id)
    return _page(request, session, todo)


@router.post("/todo/{todo_id}")
def submit(request: Request, session: Writer, form: Form, todo_id: TodoId) -> Response:
    """Take the answer; what was wrong with it is told on the same page, with everything that was typed."""
    service: Service = request.app.state.service
    todo = reading.read_assignment(service, session.actor, todo_id)
    if one(form, "what") == "drop":
        desk.drop_draft(service, session.actor, _about(todo))
        return see_other(f"/todo/{todo_id}")
    if one(form, "what") == "save" and todo.asks is not None:
        return _save(request, session, todo, form)
    try:
        decide(
            service,
            session.actor,
            _request(service, session, todo, form, request.state.received_at),
        )
    except IdempotencyKeyReused:  # the same page sent again after it was taken: it shows what came of it
        return see_other(f"/todo/{todo_id}")
    except GongkaiError as error:
        typed = form
        if isinstance(error, ClassifiedContentRefused):
            typed = _forget(service, session, todo)
        now = reading.read_assignment(service, session.actor, todo_id)
        return _page(request, session, now, form=typed, error=error)
    desk.drop_draft(service, session.actor, _about(todo))
    return see_other(f"/todo/{todo_id}")


def _save(request: Request, session: Reader, todo: Todo, form: Fields) -> Response:
    """Keep what was typed for later; nothing is decided. What may be secret is not kept at all."""
    service: Service = request.app.state.service
    if says_secret(form) or reading.claims_secret(service, session.actor, todo.case):
        return _page(request, session, todo, form=_forget(service, session, todo), error=not_kept())
    try:
        keep_typed(service, session.actor, _about(todo), form)
    except GongkaiError as error:
        return _page(request, session, todo, form=form, error=error)
    return see_other(f"/todo/{todo.id}")


def _forget(service: Service, session: Reader, todo: Todo) -> Fields:
    """What was kept before somebody said that it is secret: gone, and shown to nobody again."""
    desk.drop_draft(service, session.actor, _about(todo))
    for upload in uploads.list_uploads(service, session.actor, todo.id):
        uploads.remove_upload(service, session.actor, todo.id, upload.id)
    return {}


def _number(typed: str) -> int | None:
    plain = typed.isascii() and typed.isdecimal() and len(typed) < 10
    return int(typed) if plain else None


def _about(todo: Todo) -> str:
    return f"todo:{todo.id}"


@router.post("/cases/{number}/retry")
def retry(request: Request, session: Writer, form: Form, number: str) -> Response:
    """The administrator's answer to an incident."""
    retry_case(request.app.state.service, session.actor, known_number(number), kind=one(form, "kind")[:40])
    return see_other(f"/cases/{known_number(number)}")


def _request(
    service: Service, session: Reader, todo: Todo, form: Fields, received_at: Any
) -> DecisionRequest:
    action = one(form, "action")
    return DecisionRequest(
        assignment_id=todo.id,
        action=action,
        opinion=one(form, "opinion"),
        answers=_answers(service, session, todo, form, action),
        return_to=one(form, "return_to") or None if action == Action.RETURN else None,
        return_mode=one(form, "return_mode") or ReturnMode.RUN_AGAIN.value,
        document_version=_number(one(form, "document_version")),
        idempotency_key=one(form, "key") or None,
        received_at=service.statutory(received_at),
    )


def _answers(service: Service, session: Reader, todo: Todo, form: Fields, action: str) -> dict[str, Any]:
    if todo.asks is None:
        return {}
    zone = service.settings.timezone
    if action == Action.RETURN:
        return answers_from(todo.asks.return_form_schema, form, timezone=zone, prefix=RETURN_FORM)
    if action != Action.APPROVE:
        return {}
    answers = answers_from(todo.asks.form_schema, form, timezone=zone)
    if answers.get("state_secret"):  # the page came filled in with the text that the claim now takes back
        document = _document(service, session, todo)
        known = vars(document) if document else {}
        return {name: value for name, value in answers.items() if value != known.get(name)}
    files = attachments_from(form)
    return answers if files is None else {**answers, "attachments": files}


def _document(service: Service, session: Reader, todo: Todo) -> VersionContent | None:
    if todo.document_version is None or todo.title is None:
        return None
    try:
        return reading.read_version(service, session.actor, todo.case, todo.document_version)
    except GongkaiError:
        return None


def _beside(service: Service, session: Reader, todo: Todo) -> VersionContent | None:
    """The interpretation that is signed or published together with the document."""
    if todo.step is None:
        return None
    try:
        return reading.read_beside(service, session.actor, todo.id)
    except GongkaiError:
        return None


def _page(
    request: Request,
    session: Reader,
    todo: Todo,
    *,
    form: Fields | None = None,
    error: GongkaiError | None = None,
) -> HTMLResponse:
    if is_about_limit(todo):
        return limit_todo_page(request, session, todo, error=error)
    service: Service = request.app.state.service
    case = reading.read_case(service, session.actor, todo.case)
    document = _document(service, session, todo)
    saved = desk.read_draft(service, session.actor, _about(todo)) if todo.asks and form is None else None
    typed = form or {name: [value] for name, value in (saved.fields if saved else {}).items()}
    seen = _seen(session, case, document)
    return page(
        request,
        "todo.html",
        session,
        status=status_of(error) if error else 200,
        todo=todo,
        case=case,
        document=document,
        beside=_beside(service, session, todo),
        **disclosure_of(document),
        seen=seen,
        changes=_changes(service, session, case, document, seen),
        fields=_fields(todo, document, typed),
        area=file_area(service, session.actor, todo, document, typed),
        return_fields=_return_fields(todo, typed),
        leads=_leads(service, session, todo),
        clocks=_clocks(service, session, todo),
        directory=reading.read_directory(service),
        typed={name: values[-1] for name, values in typed.items()},
        key=uuid.uuid4().hex,
        error=error,
        saved=saved,
        phrases=desk.phrases(service, session.actor),
        next_todo=_next_todo(service, session, todo),
    )


def _fields(todo: Todo, document: VersionContent | None, typed: Fields) -> list[Any]:
    if todo.asks is None:
        return []
    values: dict[str, Any] = vars(document) if document and todo.asks.form in WRITING else {}
    return fields_of(todo.asks.form_schema, {**values, **typed_in(typed, PREFIX)})


def _return_fields(todo: Todo, typed: Fields) -> list[Any]:
    if todo.asks is None:
        return []
    return fields_of(todo.asks.return_form_schema, typed_in(typed, PREFIX + RETURN_FORM), prefix=RETURN_FORM)


def _leads(service: Service, session: Reader, todo: Todo) -> list[Leads]:
    if todo.asks is None or todo.step is None or todo.round is None:
        return []
    return reading.read_leads(service, session.actor, todo.case, (todo.step.key, todo.round))


def _clocks(service: Service, session: Reader, todo: Todo) -> list[ClockView]:
    """The limits the step is under: its own, also when it has ended, and those of the case that run."""
    own = f"{todo.step.key}:{todo.round}" if todo.step else None
    clocks = reading.read_clocks(service, session.actor, todo.case)
    kept = [c for c in clocks if (c.step == own if c.step else c.closed_at is None)]
    return sorted(kept, key=lambda clock: clock.step is None)


def _seen(session: Reader, case: Any, document: VersionContent | None) -> int | None:
    """The version this person decided on last, before this one; None if there is none."""
    decided = [
        each.document_version
        for step in case.timeline
        for each in step.decisions
        if each.by == session.actor.name and each.document_version
    ]
    return max((v for v in decided if document and v < document.version), default=None)


def _changes(
    service: Service, session: Reader, case: Any, document: VersionContent | None, seen: int | None
) -> list[Any]:
    """The text against the version this person has seen, else against the one before."""
    if document is None or document.version < 2:
        return []
    earlier = reading.read_version(service, session.actor, case.number, seen or document.version - 1)
    if earlier.body == document.body and earlier.title == document.title:
        return []
    return differences(f"{earlier.title}\n{earlier.body}", f"{document.title}\n{document.body}")


def _next_todo(service: Service, session: Reader, todo: Todo) -> Todo | None:
    """After a decision: the one to go on with."""
    if todo.closed_at is None:
        return None
    waiting = reading.inbox(service, session.actor, size=1).todos
    return waiting[0] if waiting else None
