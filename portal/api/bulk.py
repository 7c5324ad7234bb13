"""Launching many cases from a file: upload, follow, take the bad rows home."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from engine.acts.bulk import start_bulk, upload_bulk
from engine.reading.bulk import BulkRowView, BulkView, bad_rows, list_bulk_rows, read_bulk_launch
from portal.answers import answer
from portal.caller import Who
from portal.problems import documented
from portal.requests import BIGGEST_ID, BulkBody

router = APIRouter(prefix="/bulk-launches", tags=["cases"])

MOST_ROWS = 500

BulkId = Annotated[int, Path(ge=1, le=BIGGEST_ID, description="Number of the batch")]
RowState = Annotated[
    str, Query(pattern="^(waiting|launched|repeated|bad)?$", description="Of this state only")
]
After = Annotated[int, Query(ge=0, le=BIGGEST_ID, description="Rows below this line of the file")]


class BulkRows(BaseModel):
    """Rows in the order of the file; ``next_after`` is null at the end."""

    rows: list[BulkRowView]
    next_after: int | None


@router.post(
    "",
    status_code=201,
    response_model=BulkView,
    responses=documented(400, 401, 403, 404, 413, 415, 422, 503),
    summary="Launch many cases from a file",
)
def upload(who: Who, body: BulkBody) -> Response:
    """Every row is looked at; with ``start`` the good ones are launched, one by one, after the answer.

    A row's ``key`` (else its content) says which launch it is: the same file again launches nothing twice.
    """
    raw = body.content.encode()
    actor = who.actor()
    made = upload_bulk(who.service, actor, body.name, raw, procedure_=body.procedure, start=body.start)
    location = {"Location": f"/api/v1/bulk-launches/{made}"}
    return answer(read_bulk_launch(who.service, actor, made), 201, location)


@router.post(
    "/{bulk_id}/start",
    response_model=BulkView,
    responses=documented(401, 403, 404, 503),
    summary="Launch the good rows of an uploaded file",
)
def start(who: Who, bulk_id: BulkId) -> Response:
    """By whoever uploaded it; asked again, nothing changes."""
    actor = who.actor()
    start_bulk(who.service, actor, bulk_id)
    return answer(read_bulk_launch(who.service, actor, bulk_id))


@router.get(
    "/{bulk_id}", response_model=BulkView, responses=documented(401, 403, 404), summary="How far a file is"
)
def read(who: Who, bulk_id: BulkId) -> Response:
    """Counts of its rows by what became of them."""
    return answer(read_bulk_launch(who.service, who.actor(), bulk_id))


@router.get(
    "/{bulk_id}/rows",
    response_model=BulkRows,
    responses=documented(401, 403, 404, 422),
    summary="The rows of a file",
)
def rows(who: Who, bulk_id: BulkId, state: RowState = "", after: After = 0) -> Response:
    """What became of each: its case, or why it launches nothing."""
    found = list_bulk_rows(who.service, who.actor(), bulk_id, state=state, after=after, most=MOST_ROWS)
    following = found[-1].line if len(found) == MOST_ROWS else None
    return answer({"rows": found, "next_after": following})


@router.get(
    "/{bulk_id}/bad-rows",
    response_class=Response,
    responses=documented(401, 403, 404) | {200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}},
    summary="The bad rows as a file",
)
def take_home(who: Who, bulk_id: BulkId) -> Response:
    """In the form the file had, with a column ``reason``: corrected, it is uploaded again as it is."""
    return bad_rows_file(*bad_rows(who.service, who.actor(), bulk_id))


def bad_rows_file(name: str, content: bytes) -> Response:
    """A download that nothing opens by itself."""
    kind = "text/csv; charset=utf-8" if name.endswith(".csv") else "application/x-ndjson"
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
