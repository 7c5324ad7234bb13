"""A table to take away, as the browser saves it."""

from urllib.parse import quote

from fastapi.responses import Response

from engine.acts.export import Taken


def attachment(taken: Taken) -> Response:
    """A download, never shown in place."""
    named = (
        f"attachment; filename=\"export.{taken.form.value}\"; filename*=UTF-8''{quote(taken.name, safe='')}"
    )
    return Response(
        taken.content,
        media_type=taken.form.media_type,
        headers={"Content-Disposition": named, "X-Content-Type-Options": "nosniff"},
    )
