"""Launching a case: the intake, a draft if there is one, and the path it would take, before it is stored."""

import uuid
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts import desk
from engine.acts.launch import LaunchRequest, launch
from engine.drafting import Drafting, refuse_content
from engine.forms import fill
from engine.procedures import Procedure, procedure
from engine.reading import Ahead, Directory
from engine.service import Service
from portal.problems import status_of
from portal.requests import known_number
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.fields import PREFIX, Choice, FieldView, answers_from, fields_of, typed_in
from portal.web.pages import page, see_other
from portal.web.saved import DRAFT, keep_typed, not_kept, says_secret
from rules.errors import ClassifiedContentRefused, GongkaiError
from rules.positions import Position

router = APIRouter(include_in_schema=False)

_NOT_AT_LAUNCH = ("state_secret", "source_unit", "handed_over_on")


@dataclass(frozen=True)
class Stop:
    """One step of the previewed path, with whoever would be asked. ``vacant``: nobody holds the post."""

    ahead: Ahead
    people: list[str]
    vacant: bool


@router.get("/launch")
def form(
    request: Request,
    session: Reader,
    procedure_: Annotated[str, Query(alias="procedure", max_length=64)] = "",
    joined: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Choose a procedure, then fill in its intake; after a second report, with the case it belongs to."""
    known = reading.list_procedures()
    key = procedure_ or (known[0].key if len(known) == 1 else "")
    if not key:
        return page(request, "procedures.html", session, procedures=known)
    return _page(request, session, procedure(key), joined=known_number(joined) if joined else "")


@router.post("/launch")
def submit(request: Request, session: Writer, form: Form) -> Response:
    """Preview, launch for good, or keep what was typed for later."""
    service: Service = request.app.state.service
    chosen, what = procedure(one(form, "procedure")[:64]), one(form, "what")
    if what == "drop" or says_secret(form):  # what was kept before somebody said so may be secret too
        desk.drop_draft(service, session.actor, _about(chosen))
    if what == "drop":
        return see_other(_address(chosen))
    zone = service.settings.timezone
    intake = answers_from(chosen.intake.model_json_schema(), form, timezone=zone)
    draft = answers_from(_draft_schema(), form, timezone=zone, prefix=DRAFT)
    try:
        if intake.get("state_secret"):
            refuse_content(draft)
            draft = {}
        if what == "save":
            return _save(service, session, chosen, form)
        if what != "launch":
            return _page(request, session, chosen, form, path=_path(service, chosen, intake, draft))
        request_ = LaunchRequest(chosen.key, intake, draft, one(form, "key") or None)
        launched = launch(service, session.actor, request_)
    except GongkaiError as error:
        typed = {} if isinstance(error, ClassifiedContentRefused) else form
        return _page(request, session, chosen, typed, error=error)
    desk.drop_draft(service, session.actor, _about(chosen))
    if launched.joined:  # the case is another's, perhaps: whoever launched is told its number all the same
        return see_other(f"{_address(chosen)}&joined={launched.number}")
    return see_other(f"/cases/{launched.number}")


def _save(service: Service, session: Reader, chosen: Procedure, form: Fields) -> Response:
    if says_secret(form):
        raise not_kept()
    keep_typed(service, session.actor, _about(chosen), form)
    return see_other(_address(chosen))


def _about(chosen: Procedure) -> str:
    """What a saved draft of the page is about: one per person and procedure."""
    return f"launch:{chosen.key}"


def _address(chosen: Procedure) -> str:
    return f"/launch?procedure={chosen.key}"


def _path(service: Service, chosen: Procedure, intake: dict[str, Any], draft: dict[str, Any]) -> list[Stop]:
    """The steps in order with today's holders. Nothing is stored; what is wrong with the input is raised."""
    filled = fill(chosen.intake, intake, where=chosen.key)
    fill(Drafting, draft, where="draft")
    ahead = reading.path_from_launch(
        chosen,
        filled,
        {**draft, "state_secret": intake.get("state_secret")},
        website=service.settings.website_way,
    )
    directory = reading.read_directory(service)
    drafter = next((p.name for p in directory.people if p.username == intake.get("drafter")), "")
    return [_stop(each, directory, str(intake.get("unit", "")), drafter) for each in ahead]


def _stop(ahead: Ahead, directory: Directory, unit: str, drafter: str) -> Stop:
    people: list[str] = []
    for position in ahead.positions:
        people += [drafter] if position.key == Position.DRAFTER else directory.holders(position.key, unit)
    return Stop(ahead, people, bool(ahead.positions) and not any(people))


def _page(
    request: Request,
    session: Reader,
    chosen: Procedure,
    form: Fields | None = None,
    *,
    path: list[Stop] | None = None,
    error: GongkaiError | None = None,
    joined: str = "",
) -> HTMLResponse:
    service: Service = request.app.state.service
    directory = reading.read_directory(service)
    saved = desk.read_draft(service, session.actor, _about(chosen)) if form is None else None
    typed = form or {name: [value] for name, value in (saved.fields if saved else {}).items()}
    return page(
        request,
        "launch.html",
        session,
        status=status_of(error) if error else 200,
        chosen=chosen,
        fields=_intake_fields(chosen, session, directory, typed),
        draft_fields=_draft_fields(chosen, typed),
        path=path,
        key=one(typed, "key") or uuid.uuid4().hex,
        error=error,
        saved=saved,
        joined=joined,
        here=_address(chosen),
    )


def _intake_fields(chosen: Procedure, session: Reader, directory: Directory, form: Fields) -> list[FieldView]:
    """The intake's fields; people and sections are chosen from those there are."""
    typed = typed_in(form, PREFIX) or _own_intake(chosen, session, directory)
    return [_offered(each, chosen, directory) for each in fields_of(chosen.intake.model_json_schema(), typed)]


def _own_intake(chosen: Procedure, session: Reader, directory: Directory) -> dict[str, str]:
    """Whoever is in charge of such cases launches for themselves, most of the time."""
    me = next((p for p in directory.people if p.username == session.actor.username), None)
    post = next((p for p in me.posts if p.position.key == chosen.opened_by), None) if me else None
    if post is None:
        return {}
    return {"drafter": session.actor.username, **({"unit": post.unit.key} if post.unit else {})}


def _offered(field: FieldView, chosen: Procedure, directory: Directory) -> FieldView:
    if field.name == "unit":
        choices = [Choice(unit.key, unit.zh) for unit in directory.units]
    elif field.name == "drafter":
        choices = [
            Choice(p.username, f"{p.name}（{post.unit.zh if post.unit else chosen.opened_by.chinese}）")
            for p in directory.people
            if p.active
            for post in p.posts
            if post.position.key == chosen.opened_by
        ]
    else:
        return field
    return replace(field, kind="pick", choices=choices, hint="")


def _draft_fields(chosen: Procedure, form: Fields) -> list[FieldView]:
    """Of a procedure that drafts a document."""
    if not any(issubclass(form, Drafting) for form in chosen.forms.values()):
        return []
    return fields_of(_draft_schema(), typed_in(form, PREFIX + DRAFT), prefix=DRAFT)


def _draft_schema() -> dict[str, Any]:
    """The drafting form without what belongs to a claimed state secret, and with nothing required."""
    schema = Drafting.model_json_schema()
    kept = {n: {**p, "needed": False} for n, p in schema["properties"].items() if n not in _NOT_AT_LAUNCH}
    return {**schema, "properties": kept}
