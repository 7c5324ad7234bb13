"""Files sent: to be saved and never run, or shown where nothing runs; whole, or the part that is asked for.

A viewer asks for the pages it shows, an interrupted download for its rest (RFC 9110, 13 and 14).
"""

import re
from typing import Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from engine.files.kinds import SHOWN
from engine.files.parts import Part
from portal.register.answers import unchanged

_KNOWN = {
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/ofd",
    "application/zip",
    "image/jpeg",
    "image/png",
    "text/csv",
    "text/plain",
}

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)

# Chromium's viewer needs nothing more; whatever a document says, nothing of it may run or be fetched.
SHOWN_POLICY = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"


class Sent(Protocol):
    """What is known of a file without its bytes."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...


def download(request: Request, file: Sent, part: Part, **headers: str) -> Response:
    """A file to save, never to show."""
    headers["Content-Disposition"] = content_disposition(file.name)
    return _send(request, file, part, safe_media_type(file.media_type), headers)


def show(request: Request, file: Sent, part: Part, **headers: str) -> Response:
    """A PDF or an image in place; anything else to be saved."""
    headers |= {"Content-Security-Policy": SHOWN_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    if file.media_type not in SHOWN:
        return download(request, file, part, **headers)
    headers["Content-Disposition"] = content_disposition(file.name).replace("attachment", "inline", 1)
    return _send(request, file, part, file.media_type, headers)


def _send(request: Request, file: Sent, part: Part, media_type: str, headers: dict[str, str]) -> Response:
    etag = f'"{file.sha256}"'
    headers |= {"ETag": etag, "Accept-Ranges": "bytes"}
    if unchanged(request, etag, None):
        return Response(status_code=304, headers=headers)
    wanted = _wanted(request, etag, file.size)
    if wanted is None:
        headers["Content-Length"] = str(file.size)
        return StreamingResponse(part(0, file.size - 1), media_type=media_type, headers=headers)
    first, last = wanted
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{file.size}"})
    headers |= {
        "Content-Range": f"bytes {first}-{last}/{file.size}",
        "Content-Length": str(last - first + 1),
    }
    return StreamingResponse(part(first, last), 206, media_type=media_type, headers=headers)


def _wanted(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; the first lies behind the last where there are none; ``None``: all.

    Several parts at once, what cannot be read, and a part of another file than is here mean all of it.
    """
    asked = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if asked is None or request.headers.get("if-range", etag) != etag:
        return None
    first, last = asked.groups()
    if first and last and int(last) < int(first):
        return None
    if first:
        return int(first), min(int(last or size), size - 1)
    return (max(0, size - int(last)), size - 1) if last else None


def safe_media_type(stated: str) -> str:
    """The stated type where no browser would execute it, else plain bytes."""
    return stated if stated in _KNOWN else "application/octet-stream"


def content_disposition(name: str) -> str:
    """``attachment`` with the name in UTF-8 (RFC 6266) and an ASCII stand-in without anything to escape."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name).lstrip(".")
    return f"attachment; filename=\"{plain or 'attachment'}\"; filename*=UTF-8''{quote(name, safe='')}"
