"""Answers that a browser or a cache keeps, and asks again for only when they have changed."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from fastapi import Request
from starlette.responses import Response


def cached(
    request: Request, body: bytes, media_type: str, *, seconds: int, modified: datetime | None = None
) -> Response:
    """The body, or 304 where the visitor has it already; kept for ``seconds``."""
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Cache-Control": f"public, max-age={seconds}"}
    if modified is not None:
        headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if unchanged(request, headers["ETag"], modified):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def unchanged(request: Request, etag: str, modified: datetime | None) -> bool:
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return asked.strip() == "*" or etag in [part.strip().removeprefix("W/") for part in asked.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
