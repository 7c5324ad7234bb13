"""A table to take away, as the browser saves it."""

from fastapi.responses import Response

from engine.acts.export import Taken
from portal.downloads import content_disposition


def attachment(taken: Taken) -> Response:
    """A download, never shown in place."""
    return Response(
        taken.content,
        media_type=taken.form.media_type,
        headers={"Content-Disposition": content_disposition(taken.name), "X-Content-Type-Options": "nosniff"},
    )
