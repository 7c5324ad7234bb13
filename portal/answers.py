"""How endpoints answer: JSON written once, straight from the values; the declared model is for OpenAPI.

Letting the framework validate its own answers costs another thread hop per request.
"""

from typing import Any

from pydantic_core import to_json
from starlette.responses import Response, StreamingResponse

from engine.reading import AttachmentBytes
from portal.downloads import content_disposition, safe_media_type


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The value as JSON."""
    return Response(to_json(value), status, media_type="application/json", headers=headers)


def download(file: AttachmentBytes) -> Response:
    """A file to save, never to show."""
    header = file.header
    return StreamingResponse(
        file.chunks,
        media_type=safe_media_type(header.media_type),
        headers={
            "Content-Disposition": content_disposition(header.name),
            "Content-Length": str(header.size),
        },
    )
