"""How endpoints answer: JSON written once, straight from the values; the declared model is for OpenAPI.

Letting the framework validate its own answers costs another thread hop per request.
"""

from typing import Any

from pydantic_core import to_json
from starlette.responses import Response


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The value as JSON."""
    return Response(to_json(value), status, media_type="application/json", headers=headers)
