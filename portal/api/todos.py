"""The inbox, one to-do, and deciding it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from engine import reading
from engine.acts.decide import DecisionRequest, decide
from engine.reading import DueFilter, Inbox, Todo
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import AssignmentId, DecisionBody, IdempotencyKey, PlaceInInbox

router = APIRouter(tags=["to-dos"])


class Recorded(BaseModel):
    """The decision as stored. ``late``: its step's time was over when it was received; it counts anyhow.

    ``repeated``: it was stored before and this is the same answer again.
    """

    decision_id: int
    case_number: str
    step: str
    action: str
    decided_at: datetime
    repeated: bool
    late: bool


@router.get("/inbox", response_model=Inbox, responses=documented(401, 403, 422), summary="My open to-dos")
def inbox(
    who: Who,
    after: Annotated[str, PlaceInInbox] = "",
    due: Annotated[
        DueFilter, Query(description="Only those missed, or due within three days")
    ] = DueFilter.ALL,
) -> Response:
    """What one may act on now: one's own and those of positions held today, what is due first at the top.

    ``asks`` tells the actions offered, the steps to return to, and the JSON schema of the form; ``limits``
    the time limits that run.
    """
    return answer(reading.inbox(who.service, who.actor(), due=due, after=after))


@router.get(
    "/assignments/{assignment_id}",
    response_model=Todo,
    responses=documented(401, 403, 404, 422),
    summary="One to-do",
)
def read_assignment(who: Who, assignment_id: AssignmentId) -> Response:
    """Open or closed, of a case one may know of. Reading decides nothing and uses nothing up."""
    return answer(reading.read_assignment(who.service, who.actor(), assignment_id))


@router.post(
    "/assignments/{assignment_id}/decision",
    status_code=201,
    response_model=Recorded,
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 503),
    summary="Decide a to-do",
)
def decide_assignment(
    who: Who, assignment_id: AssignmentId, body: DecisionBody, idempotency_key: IdempotencyKey = None
) -> Response:
    """Stores the decision and everything that follows from it in one transaction. 200: a repeat."""
    request = DecisionRequest(
        assignment_id=assignment_id,
        action=body.action,
        opinion=body.opinion,
        answers=body.answers,
        return_to=body.return_to,
        return_mode=body.return_mode,
        document_version=body.document_version,
        idempotency_key=idempotency_key,
        received_at=who.service.statutory(who.received_at),
    )
    decided = decide(who.service, who.actor(), request)
    return answer(decided, 200 if decided.repeated else 201)
