"""Errors as ``application/problem+json`` (RFC 9457): one place says which status a condition has."""

import uuid
from collections.abc import Callable
from typing import Any, cast

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.forms import invalid
from portal.errors import (
    AddressNotFound,
    BodyTooSlow,
    DatabaseAway,
    InternalFault,
    MalformedRequest,
    MethodNotOffered,
    SignInCrowded,
    UnsupportedContent,
)
from rules.errors import GongkaiError, Kind, TooManyAttempts
from rules.faults import came_through

STATUS = {
    Kind.INVALID: 422,
    Kind.NOT_SIGNED_IN: 401,
    Kind.NOT_ALLOWED: 403,
    Kind.NOT_FOUND: 404,
    Kind.GONE: 410,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
    Kind.BROKEN: 500,
}
_FINER = {MalformedRequest: 400, UnsupportedContent: 415, MethodNotOffered: 405, BodyTooSlow: 408}
MEDIA_TYPE = "application/problem+json"
LONGEST = 400
"""No sentence of ours is longer; what is cut there was somebody's input."""

log = structlog.get_logger(__name__)


class Said(BaseModel):
    """What happened, why, what to do now."""

    what: str
    why: str
    todo: str


class Problem(BaseModel):
    """An error in the words of this bureau: Chinese on top, the same in English below."""

    type: str = Field(examples=["urn:gongkai:problem:opinion-required"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["opinion-required"])
    where: str = Field(examples=["opinion"])
    what: str = Field(examples=["须填写意见"])
    why: str = Field(examples=["退回必须说明理由"])
    todo: str = Field(examples=["请写明意见后重新提交"])
    en: Said


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for OpenAPI."""
    return {status: {"model": Problem, "description": _DESCRIPTIONS[status]} for status in statuses}


_DESCRIPTIONS = {
    400: "The body is not JSON",
    401: "Not signed in",
    403: "The policy door refused, the CSRF token is missing, or a password of one's own comes first",
    404: "Not there, or not yours to know of",
    408: "The body came too slowly",
    409: "Decided before, closed, stale, or a reused key",
    413: "Too large",
    415: "Not JSON",
    422: "A field is not valid",
    429: "Wait before signing in again",
    503: "The database does not answer",
}


def status_of(error: GongkaiError) -> int:
    """The HTTP status of a condition."""
    return _FINER.get(type(error), STATUS[error.kind])


def problem_of(error: GongkaiError) -> Problem:
    """The problem document of a condition."""
    zh, en = (
        {name: _short(part) for name, part in error.said(language)._asdict().items()}
        for language in ("zh", "en")
    )
    return Problem(
        type=f"urn:gongkai:problem:{error.code}",
        status=status_of(error),
        code=error.code,
        where=_short(error.where),
        **zh,
        en=Said(**en),
    )


def answer_problem(error: GongkaiError) -> Response:
    """The response that tells it."""
    response = Response(
        to_json(problem_of(error)),
        status_of(error),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )
    if error.kind is Kind.NOT_SIGNED_IN:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(int(error.facts["minutes"]) * 60)
    if isinstance(error, SignInCrowded):
        response.headers["Retry-After"] = str(error.facts["seconds"])
    return response


def unforeseen(error: Exception, method: str, path: str) -> GongkaiError:
    """What a client is told of an exception outside the family.

    The log gets its type and the lines of code it came through, never its text: database errors quote
    the values of the statement, which may be a document.
    """
    if _is_database_away(error):
        log.warning("database-away", method=method, path=path, error=type(error).__name__)
        return DatabaseAway()
    reference = uuid.uuid4().hex[:12]
    log.error(
        "internal-fault",
        reference=reference,
        method=method,
        path=path,
        error=type(error).__name__,
        at=came_through(error),
    )
    return InternalFault(where=reference)


Answer = Callable[[Request, GongkaiError], Response]


def install_handlers(app: FastAPI, answer: Answer) -> None:
    """Map the family, FastAPI's request faults and unknown addresses to answers."""

    async def family(request: Request, error: Exception) -> Response:
        assert isinstance(error, GongkaiError)
        return answer(request, error)

    async def request_fault(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, _fault(error))

    async def address(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            return answer(request, MethodNotOffered())
        return answer(request, AddressNotFound() if error.status_code == 404 else _unreadable())

    app.add_exception_handler(GongkaiError, family)
    app.add_exception_handler(RequestValidationError, request_fault)
    app.add_exception_handler(HTTPException, address)


def _fault(error: RequestValidationError) -> GongkaiError:
    fault = error.errors()[0]
    place, *loc = fault["loc"] or ("body",)
    if fault["type"] in ("json_invalid", "model_attributes_type") or (place == "body" and not loc):
        return _unreadable()
    first = {**fault, "loc": tuple(loc)}

    class Faults:
        def errors(self, **_: Any) -> list[Any]:
            return [first]

    return invalid(cast(ValidationError, Faults()), where=str(place))


def _unreadable() -> MalformedRequest:
    return MalformedRequest(where="body", why_zh="不是有效的 JSON 对象", why_en="it is not a JSON object")


def _is_database_away(error: Exception) -> bool:
    if isinstance(error, TimeoutError):  # the pool is exhausted
        return True
    known = (
        OperationalError,
        InterfaceError,
        PendingRollbackError,
        psycopg.OperationalError,
        psycopg.InterfaceError,
    )
    return isinstance(error, known) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _short(text: str) -> str:
    shown = "".join(c if c.isprintable() else "�" for c in text)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"
