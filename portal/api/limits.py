"""Time limits 时限: read and explained, what is asked of them, and what was done about a missed one."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from engine import reading
from engine.acts.attend import Attended, attend
from engine.acts.clock_acts import ActAnswered, ActAsked, ForeseenAct, foresee, resume
from engine.acts.clock_acts import answer as answer_act
from engine.acts.clock_acts import ask as ask_act
from engine.reading import ClockView
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import (
    BIGGEST_ID,
    AnswerBody,
    AssignmentId,
    AttendBody,
    CaseNumber,
    ClockActBody,
    ClockId,
    ResumeBody,
    known_number,
)
from rules.moments import instant_from

router = APIRouter(tags=["time limits"])

ActId = Annotated[int, Path(ge=1, le=BIGGEST_ID, description="Number of what was asked")]
_ACTING = documented(400, 401, 403, 404, 409, 413, 415, 422, 503)


class Clocks(BaseModel):
    """A case's own limits, then those of its steps."""

    clocks: list[ClockView]


@router.get(
    "/cases/{number}/clocks",
    response_model=Clocks,
    responses=documented(401, 403, 404),
    summary="Time limits of a case",
)
def read_clocks(who: Who, number: CaseNumber) -> Response:
    """Each with its due date, explained line by line and as data, what was asked of it, and its reminders."""
    return answer({"clocks": reading.read_clocks(who.service, who.actor(), known_number(number))})


@router.post(
    "/clocks/{clock_id}/acts",
    status_code=201,
    response_model=ActAsked,
    responses=_ACTING,
    summary="Ask something of a running limit",
)
def ask(who: Who, clock_id: ClockId, body: ClockActBody) -> Response:
    """The post that may grant it gets a to-do; until it does nothing changes. Nobody grants their own."""
    asked = body.asked(who.service.settings.timezone)
    return answer(ask_act(who.service, who.actor(), clock_id, asked), 201)


@router.post(
    "/clocks/{clock_id}/acts/preview",
    response_model=ForeseenAct,
    responses=_ACTING,
    summary="What asking it would come to",
)
def preview(who: Who, clock_id: ClockId, body: ClockActBody) -> Response:
    """The last day if it were granted, explained. Nothing is stored; what would be refused is refused."""
    asked = body.asked(who.service.settings.timezone)
    return answer(foresee(who.service, who.actor(), clock_id, asked))


@router.post(
    "/clock-acts/{act_id}/resumption",
    response_model=ActAnswered,
    responses=_ACTING,
    summary="Count a limit's time again",
)
def resumption(who: Who, act_id: ActId, body: ResumeBody) -> Response:
    """Ends a stretch that was not counted and had no end yet. Needs nobody's consent."""
    at = instant_from(body.at, who.service.settings.timezone, field="at")
    return answer(resume(who.service, who.actor(), act_id, at))


@router.post(
    "/assignments/{assignment_id}/answer",
    response_model=ActAnswered,
    responses=_ACTING,
    summary="Grant or refuse what was asked of a limit",
)
def grant(who: Who, assignment_id: AssignmentId, body: AnswerBody) -> Response:
    """By the post whose to-do it is, never by who asked."""
    done = answer_act(who.service, who.actor(), assignment_id, granted=body.granted, text=body.text)
    return answer(done)


@router.post(
    "/assignments/{assignment_id}/attendance",
    response_model=Attended,
    responses=_ACTING,
    summary="Say what was done about a missed limit",
)
def attendance(who: Who, assignment_id: AssignmentId, body: AttendBody) -> Response:
    """Closes the to-do of an escalation. It decides nothing, and the limit goes on pressing."""
    return answer(attend(who.service, who.actor(), assignment_id, body.note))
