"""What if 试算: the dates of running limits under another start, number or calendar; nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from engine.acts.law import LARGEST_BYTES
from engine.plain_files import read_plain
from engine.reading import read_parameters
from engine.reading.values import Named
from engine.reading.what_if import Assumed, WouldBe, running_limits, what_if
from engine.service import Service
from portal.problems import status_of
from portal.requests import known_number
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.pages import page
from rules.errors import GongkaiError, InvalidInput
from rules.moments import Moment, day_from

router = APIRouter(include_in_schema=False)

MOST_ROWS = 200


@dataclass(frozen=True)
class Typed:
    """What was typed, as it was typed."""

    case: str = ""
    limit: str = ""
    day: str = ""
    time: str = ""
    key: str = ""
    number: str = ""
    table: str = ""

    @classmethod
    def of(cls, form: Fields) -> "Typed":
        """From a posted form."""
        return cls(**{each.name: one(form, each.name).strip() for each in fields(cls)})


@router.get("/what-if")
def ask(request: Request, session: Reader, case: Annotated[str, Query(max_length=24)] = "") -> HTMLResponse:
    """The form, for one case or for all."""
    service: Service = request.app.state.service
    number = known_number(case) if case else ""
    limits = running_limits(service, session.actor, number)
    return _page(request, session, Typed(case=number), limits)


@router.post("/what-if")
def submit(request: Request, session: Writer, form: Form) -> HTMLResponse:
    """The dates that would be, under the form that asked for them."""
    service: Service = request.app.state.service
    typed, limits = Typed.of(form), list[Named]()
    try:
        number = known_number(typed.case) if typed.case else ""
        limits = running_limits(service, session.actor, number)  # who may, before anything is read
        found = what_if(service, session.actor, _assumed(service, typed), number)
    except GongkaiError as error:
        return _page(request, session, typed, limits, error=error)
    return _page(request, session, typed, limits, found=found)


def _page(
    request: Request,
    session: Reader,
    typed: Typed,
    limits: Sequence[Named],
    *,
    found: list[WouldBe] | None = None,
    error: GongkaiError | None = None,
) -> HTMLResponse:
    service: Service = request.app.state.service
    return page(
        request,
        "what_if.html",
        session,
        status=status_of(error) if error else 200,
        typed=typed,
        limits=limits,
        periods=read_parameters(service),
        found=None if found is None else sorted(found, key=lambda limit: not limit.moves),
        most=MOST_ROWS,
        error=error,
        here=f"/what-if?case={typed.case}" if limits and typed.case else "/what-if",
    )


# --- what was typed --------------------------------------------------------------------------


def _assumed(service: Service, typed: Typed) -> Assumed:
    table: object = None
    if typed.table:
        # What is empty is no table either: it is refused as one, not passed over.
        table = read_plain(typed.table.encode(), name="table", largest=LARGEST_BYTES) or {}
    return Assumed(_starts(service, typed), table, _numbers(typed))


def _starts(service: Service, typed: Typed) -> dict[str, Moment]:
    if not (typed.limit or typed.day or typed.time):
        return {}
    if not typed.limit:
        raise InvalidInput(
            field="starts", why_zh="请选择起算不同的时限", why_en="choose the limit that starts otherwise"
        )
    on = day_from(typed.day)
    if on is None:
        raise InvalidInput(
            field="start", why_zh="须为日期，例如 2026-04-22", why_en="give a day, for instance 2026-04-22"
        )
    if not typed.time:
        return {typed.limit: on}
    try:
        at = time.fromisoformat(typed.time).replace(tzinfo=ZoneInfo(service.settings.timezone))
    except ValueError:
        raise InvalidInput(
            field="time", why_zh="须为时刻，例如 09:30", why_en="give a time, for instance 09:30"
        ) from None
    return {typed.limit: datetime.combine(on, at)}


def _numbers(typed: Typed) -> dict[str, int]:
    if not (typed.key or typed.number):
        return {}
    if not typed.key:
        raise InvalidInput(field="key", why_zh="请选择期限", why_en="choose the period")
    if not (typed.number.isascii() and typed.number.isdecimal() and len(typed.number) <= 6):
        raise InvalidInput(field="number", why_zh="须为1以上的整数", why_en="give a whole number from 1 on")
    return {typed.key: int(typed.number)}
