"""What if 假设: the dates of running limits under another start, calendar or number."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from engine.reading.what_if import Assumed, WouldBe, what_if
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import WhatIfBody, known_number
from rules.moments import moment_from

router = APIRouter(tags=["law"])


class WouldBes(BaseModel):
    """Running limits, each as it is and as it would be."""

    limits: list[WouldBe]


@router.post(
    "/what-if",
    response_model=WouldBes,
    responses=documented(400, 401, 403, 404, 413, 415, 422),
    summary="Dates under another start, calendar or number; nothing is changed",
)
def ask_what_if(who: Who, body: WhatIfBody) -> Response:
    """Of one case whoever may see it may ask; of all open ones administrators and managers.

    Only of one case the answer is `explained` day by day.
    """
    number = known_number(body.case) if body.case else ""
    starts = {key: moment_from(told, field=f"starts.{key}") for key, told in body.starts.items()}
    assumed = Assumed(starts, body.table, body.numbers)
    return answer({"limits": what_if(who.service, who.actor(), assumed, number)})
