"""A time limit's own page: what may be asked of it, seen before it is asked; and from when it runs again."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts.clock_acts import AskedAct, ForeseenAct, ask, foresee, resume
from engine.reading import ClockView
from engine.service import Service
from portal.problems import status_of
from portal.requests import BIGGEST_ID, known_number
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.limit_picture import picture_of
from portal.web.pages import page, see_other
from rules.errors import ClassifiedContentRefused, ClockNotFound, GongkaiError, InvalidInput
from rules.moments import instant_from

router = APIRouter(include_in_schema=False)

ClockId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]

_ASKED = ("kind", "ground", "instrument", "article", "since", "until", "restart", "number")
"""The fields of what is asked; ``restart`` is the ``since`` of a restart."""


@router.get("/cases/{number}/limits/{clock_id}")
def show(request: Request, session: Reader, number: str, clock_id: ClockId) -> HTMLResponse:
    """The limit, explained, and the form to ask something of it."""
    return _page(request, session, known_number(number), clock_id)


@router.post("/cases/{number}/limits/{clock_id}")
def submit(request: Request, session: Writer, form: Form, number: str, clock_id: ClockId) -> Response:
    """What it would come to; then, for exactly what was shown, the asking."""
    service: Service = request.app.state.service
    number = known_number(number)
    _clock(service, session, number, clock_id)
    try:
        asked = _asked(form, service.settings.timezone)
        if one(form, "what") != "ask" or one(form, "previewed") != _digest(form):
            preview = foresee(service, session.actor, clock_id, asked)
            return _page(request, session, number, clock_id, form=form, preview=preview)
        ask(service, session.actor, clock_id, asked)
    except GongkaiError as error:
        typed = {} if isinstance(error, ClassifiedContentRefused) else form
        return _page(request, session, number, clock_id, form=typed, error=error)
    return see_other(f"/cases/{number}/limits/{clock_id}")


@router.post("/cases/{number}/limits/{clock_id}/resume")
def count_again(request: Request, session: Writer, form: Form, number: str, clock_id: ClockId) -> Response:
    """Time is counted again from the moment that is told."""
    service: Service = request.app.state.service
    number = known_number(number)
    clock = _clock(service, session, number, clock_id)
    act = next((act for act in clock.acts if str(act.id) == one(form, "act")), None)
    try:
        at = _moment(form, "at", service.settings.timezone)
        if act is None or at is None:
            raise InvalidInput(where="at", field="at", why_zh="必填", why_en="it is required")
        resume(service, session.actor, act.id, at)
    except GongkaiError as error:
        return _page(request, session, number, clock_id, form=form, error=error)
    return see_other(f"/cases/{number}/limits/{clock_id}")


def _clock(service: Service, session: Reader, number: str, clock_id: int) -> ClockView:
    """The limit of that case.

    Raises:
        CaseNotFound: no such case, or none the reader may know of.
        ClockNotFound: it has no such limit.
    """
    for clock in reading.read_clocks(service, session.actor, number):
        if clock.id == clock_id:
            return clock
    raise ClockNotFound(where="clock", clock=clock_id)


def _asked(form: Fields, timezone: str) -> AskedAct:
    kind = one(form, "kind")
    started = "restart" if kind == "restarted" else "since"
    return AskedAct(
        kind,
        one(form, "ground"),
        (one(form, "instrument"), one(form, "article")),
        since=_moment(form, started, timezone),
        until=_moment(form, "until", timezone),
        number=_number(one(form, "number")),
    )


def _moment(form: Fields, name: str, timezone: str) -> datetime | None:
    """What a field for a day or a moment says, on the organ's clock."""
    said = one(form, name).strip()[:40]
    if not said:
        return None
    if "T" not in said:
        return instant_from(said, timezone, field=name)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return instant_from(said, timezone, field=name)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))


def _number(typed: str) -> int | None:
    typed = typed.strip()
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else None


def _digest(form: Fields) -> str:
    return sha256(repr([one(form, name) for name in _ASKED]).encode()).hexdigest()


def _page(
    request: Request,
    session: Reader,
    number: str,
    clock_id: int,
    *,
    form: Fields | None = None,
    preview: ForeseenAct | None = None,
    error: GongkaiError | None = None,
) -> HTMLResponse:
    service: Service = request.app.state.service
    clock = _clock(service, session, number, clock_id)
    typed = form or {}
    return page(
        request,
        "limit.html",
        session,
        status=status_of(error) if error else 200,
        case=reading.read_case(service, session.actor, number),
        clock=clock,
        picture_of_it=picture_of(clock, service.now, service.settings.timezone),
        typed={name: one(typed, name) for name in (*_ASKED, "at")},
        preview=preview,
        previewed=_digest(typed) if preview else "",
        error=error,
        here=f"/cases/{number}/limits/{clock_id}",
    )
