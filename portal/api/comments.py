"""Comments of the public that came by letter, mail, telephone or at a hearing."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from engine.acts.comments import register_comment
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import CaseNumber, CommentBody, known_number

router = APIRouter(prefix="/cases", tags=["cases"])


class RegisteredComment(BaseModel):
    """The comment's number within its case, and its receipt, which is told this once."""

    serial: int
    receipt: str


@router.post(
    "/{number}/comments",
    status_code=201,
    response_model=RegisteredComment,
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 503),
    summary="Register a comment that came on paper",
)
def register(who: Who, number: CaseNumber, body: CommentBody) -> Response:
    """By the drafter in charge. It must have come within the window; its contact data are never published."""
    serial, receipt = register_comment(who.service, who.actor(), known_number(number), body.comment)
    return answer({"serial": serial, "receipt": receipt}, 201)
