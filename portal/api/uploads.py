"""Uploading files for a draft: the body is the file itself, whatever its size up to the limit."""

from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from engine.acts.uploads import Uploaded, remove_upload, require_upload, store_uploaded
from engine.attached import FileName
from portal.answers import answer
from portal.caller import Who
from portal.files import save, under_way, unnamed_file
from portal.problems import documented
from portal.requests import BIGGEST_ID, AssignmentId

router = APIRouter(prefix="/assignments/{assignment_id}/uploads", tags=["to-dos"])


@router.put(
    "",
    status_code=201,
    response_model=Uploaded,
    responses=documented(401, 403, 404, 408, 409, 413, 422, 429, 503),
    summary="Upload a file for a draft",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload_file(
    request: Request,
    who: Who,
    assignment_id: AssignmentId,
    name: Annotated[FileName, Query(description="Name with ending: docx, pdf, ofd, png, jpg, jpeg")],
) -> Response:
    """Up to 50 MB. Checked against its name, then kept for the draft until it is submitted or removed.

    The drafting form names it in ``attachments`` as ``{"upload": …, "role": "body" or "attachment"}``.
    """
    actor = await to_thread.run_sync(who.actor)
    with under_way(request).one_more(actor.person_id), unnamed_file(who.service.settings.home) as file:
        await to_thread.run_sync(require_upload, who.service, actor, assignment_id)
        await save(request.stream(), file)
        store = partial(store_uploaded, who.service, actor, assignment_id, name=name, file=file)
        return answer(await to_thread.run_sync(store), 201)


@router.delete(
    "/{upload_id}",
    status_code=204,
    responses=documented(401, 403, 404, 422),
    summary="Remove an uploaded file",
)
def remove(
    who: Who, assignment_id: AssignmentId, upload_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]
) -> Response:
    """One's own, as long as it is not submitted."""
    remove_upload(who.service, who.actor(), assignment_id, upload_id)
    return Response(status_code=204)
