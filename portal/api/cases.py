"""Launching and reading cases."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from engine import reading
from engine.acts.hand_over import HandedOver, hand_over_draft
from engine.acts.launch import LaunchRequest, launch
from engine.acts.retry import Retried, retry_case
from engine.acts.urge import Urged, urge
from engine.reading import CaseLedger, CaseView, Timeline, VersionContent, VersionHeader
from portal.answers import answer
from portal.caller import Who
from portal.downloads import download
from portal.problems import documented
from portal.requests import (
    CaseNumber,
    HandOverBody,
    IdempotencyKey,
    LaunchBody,
    Sha256,
    VersionNumber,
    known_number,
)

router = APIRouter(prefix="/cases", tags=["cases"])

_SHA256 = re.compile(r"[0-9a-f]{64}")


class LaunchedCase(BaseModel):
    """The case as launched. ``repeated``: the same key had launched it before. ``joined``: there may be one
    case only of what was stated, and this is it; note was taken there.
    """

    number: str
    repeated: bool
    joined: bool = False


class Versions(BaseModel):
    """All versions of a document, oldest first."""

    versions: list[VersionHeader]


@router.post(
    "",
    status_code=201,
    response_model=LaunchedCase,
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 503),
    summary="Launch a case",
)
def launch_case(who: Who, body: LaunchBody, idempotency_key: IdempotencyKey = None) -> Response:
    """Launches a case; the drafter's to-do opens with it. By an administrator or the drafter named."""
    request = LaunchRequest(body.procedure, body.intake, body.draft, idempotency_key)
    launched = launch(who.service, who.actor(), request)
    said = {"number": launched.number, "repeated": launched.repeated, "joined": launched.joined}
    known = launched.repeated or launched.joined
    return answer(said, 200 if known else 201, {"Location": f"/api/v1/cases/{launched.number}"})


@router.get("/{number}", response_model=CaseView, responses=documented(401, 403, 404), summary="One case")
def read_case(who: Who, number: CaseNumber) -> Response:
    """Where it is, who has it since when, what was issued and published, and the timeline.

    The title is told where it is public or to those who take part; opinions only to the latter.
    """
    actor = who.actor()
    return answer(reading.read_case(who.service, actor, known_number(number)))


@router.get(
    "/{number}/timeline",
    response_model=Timeline,
    responses=documented(401, 403, 404),
    summary="Timeline of a case",
)
def read_timeline(who: Who, number: CaseNumber) -> Response:
    """Every round of every step, with its decisions."""
    actor = who.actor()
    return answer(reading.read_timeline(who.service, actor, known_number(number)))


@router.get(
    "/{number}/documents",
    response_model=Versions,
    responses=documented(401, 403, 404),
    summary="Versions of the document",
)
def list_versions(who: Who, number: CaseNumber) -> Response:
    """For those who take part."""
    actor = who.actor()
    return answer({"versions": reading.list_versions(who.service, actor, known_number(number))})


@router.get(
    "/{number}/documents/{version}",
    response_model=VersionContent,
    responses=documented(401, 403, 404, 422),
    summary="One version of the document",
)
def read_version(who: Who, number: CaseNumber, version: VersionNumber) -> Response:
    """Title, body, attribute, ground, attachments and the hash over them all."""
    actor = who.actor()
    return answer(reading.read_version(who.service, actor, known_number(number), version))


@router.get(
    "/{number}/documents/{version}/attachments/{sha256}",
    response_class=Response,
    responses=documented(401, 403, 404, 422) | {200: {"content": {"application/octet-stream": {}}}},
    summary="An attachment's bytes",
)
def read_attachment(
    request: Request, who: Who, number: CaseNumber, version: VersionNumber, sha256: Sha256
) -> Response:
    """A download; ``Range`` asks for a part of it."""
    actor = who.actor()
    known = sha256 if _SHA256.fullmatch(sha256) else ""
    found = reading.read_attachment(who.service, actor, known_number(number), version, known)
    return download(request, found.header, found.part)


@router.get(
    "/{number}/ledger",
    response_model=CaseLedger,
    responses=documented(401, 403, 404),
    summary="Ledger of a case",
)
def read_ledger(who: Who, number: CaseNumber) -> Response:
    """All entries of the case's chain, and whether it verifies."""
    actor = who.actor()
    return answer(reading.read_ledger(who.service, actor, known_number(number)))


@router.post(
    "/{number}/retry",
    response_model=Retried,
    responses=documented(401, 403, 404, 409, 503),
    summary="Retry a case (administrator)",
)
def retry(
    who: Who,
    number: CaseNumber,
    kind: Annotated[
        str, Query(max_length=40, description="This kind only; `hold` says the answer is in")
    ] = "",
) -> Response:
    """Answers the open incidents by trying again; decides nothing. A hold ends only when it is named."""
    actor = who.actor()
    return answer(retry_case(who.service, actor, known_number(number), kind=kind))


@router.post(
    "/{number}/urge",
    response_model=Urged,
    responses=documented(401, 403, 404, 409, 503),
    summary="Urge a case",
)
def urge_case(who: Who, number: CaseNumber) -> Response:
    """Tells whoever has its open to-dos once more; nobody twice within four hours, whoever asks.

    By its drafter or launcher, the office, managers and administrators.
    """
    actor = who.actor()
    return answer(urge(who.service, actor, known_number(number)))


@router.put(
    "/{number}/drafter",
    response_model=HandedOver,
    responses=documented(400, 401, 403, 404, 409, 422, 503),
    summary="Hand a draft over (administrator)",
)
def hand_over(who: Who, number: CaseNumber, body: HandOverBody) -> Response:
    """Another drafter of the unit takes the case on; an open draft becomes that person's to-do."""
    actor = who.actor()
    done = hand_over_draft(who.service, actor, known_number(number), to=body.drafter, reason=body.reason)
    return answer(done)
