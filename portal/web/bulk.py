"""Launching many cases from a file: upload, see what each row would do, launch, watch, take bad rows home."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts.bulk import start_bulk, upload_bulk
from engine.bulk_file import LARGEST_BYTES
from engine.reading.bulk import (
    bad_rows,
    columns_of,
    first_rows,
    list_bulk_rows,
    own_bulk_launches,
    read_bulk_launch,
)
from portal.api.bulk import bad_rows_file
from portal.problems import status_of
from portal.requests import BIGGEST_ID
from portal.web.caller import Form, Reader, Writer, one
from portal.web.pages import page, see_other
from rules.errors import GongkaiError

router = APIRouter(include_in_schema=False)

SHOWN = 200
"""Rows on one page."""

BulkId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
After = Annotated[int, Query(ge=0, le=BIGGEST_ID)]


@router.get("/bulk")
def bulk(
    request: Request,
    session: Reader,
    procedure: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """The form, and the files one uploaded before."""
    return _form(request, session, procedure)


@router.post("/bulk")
def upload(request: Request, session: Writer, form: Form) -> Response:
    """Look at every row of what was pasted or filled in; nothing is launched yet."""
    service, chosen, text = request.app.state.service, one(form, "procedure")[:64], one(form, "content")
    name = one(form, "name").strip()[:200] or "cases.csv"
    try:
        made = upload_bulk(service, session.actor, name, text.encode(), procedure_=chosen)
    except GongkaiError as error:
        return _form(request, session, chosen, name=name, typed=text, error=error)
    return see_other(f"/bulk/{made}")


@router.get("/bulk/{bulk_id}")
def one_bulk(request: Request, session: Reader, bulk_id: BulkId, after: After = 0) -> HTMLResponse:
    """Before the start: the first rows and the bad ones. From then on: how far it is, and each row's case."""
    service = request.app.state.service
    shown = read_bulk_launch(service, session.actor, bulk_id)
    return page(
        request,
        "bulk.html",
        session,
        shown=shown,
        columns=columns_of(service, session.actor, bulk_id) if shown.state == "uploaded" else [],
        first=first_rows(service, session.actor, bulk_id) if shown.state == "uploaded" else [],
        bad=list_bulk_rows(service, session.actor, bulk_id, state="bad", most=SHOWN),
        rows=list_bulk_rows(service, session.actor, bulk_id, after=after, most=SHOWN),
        after=after,
        most=SHOWN,
    )


@router.get("/bulk/{bulk_id}/progress")
def progress(request: Request, session: Reader, bulk_id: BulkId) -> HTMLResponse:
    """How far it is, alone: asked for again while it is being launched."""
    shown = read_bulk_launch(request.app.state.service, session.actor, bulk_id)
    return page(request, "bulk_progress.html", session, shown=shown)


@router.post("/bulk/{bulk_id}")
def start(request: Request, session: Writer, bulk_id: BulkId) -> Response:
    """Launch the good rows."""
    start_bulk(request.app.state.service, session.actor, bulk_id)
    return see_other(f"/bulk/{bulk_id}")


@router.get("/bulk/{bulk_id}/bad-rows")
def take_home(request: Request, session: Reader, bulk_id: BulkId) -> Response:
    """The bad rows with their reasons, to be corrected and uploaded again."""
    return bad_rows_file(*bad_rows(request.app.state.service, session.actor, bulk_id))


def _form(
    request: Request,
    session: Reader,
    chosen: str,
    *,
    name: str = "",
    typed: str = "",
    error: GongkaiError | None = None,
) -> HTMLResponse:
    return page(
        request,
        "bulk_form.html",
        session,
        status=status_of(error) if error else 200,
        procedures=reading.list_procedures(),
        chosen=chosen,
        name=name,
        typed=typed,
        longest=LARGEST_BYTES,
        own=own_bulk_launches(request.app.state.service, session.actor),
        error=error,
        here="/bulk",
    )
