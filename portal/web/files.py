"""The files of a version: PDFs and images shown in the page, others saved."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import Response

from engine import reading
from portal.downloads import show
from portal.requests import VersionNumber
from portal.web.caller import Reader

router = APIRouter(include_in_schema=False)

_SHA256 = re.compile(r"[0-9a-f]{64}")


@router.get("/cases/{number}/versions/{version}/files/{sha256}")
def file(request: Request, session: Reader, number: str, version: VersionNumber, sha256: str) -> Response:
    """One file of one version, to whoever may read that version."""
    known = sha256 if _SHA256.fullmatch(sha256) else ""
    found = reading.read_attachment(request.app.state.service, session.actor, number[:20], version, known)
    return show(request, found.header, found.part)
