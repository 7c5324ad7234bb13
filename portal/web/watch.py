"""The watch log 值班监测日志: today's and the last days', the days nobody watched, an entry, an export."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine.acts.watch import note_watch
from engine.exports import CSV_TYPE, csv_bytes
from engine.policy import Act, Facts, may
from engine.reading.opinions import read_watch_log
from engine.service import Service
from portal.problems import status_of
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.pages import page, see_other
from rules.errors import GongkaiError

router = APIRouter(include_in_schema=False)

_FIELDS = ("watched_on", "since", "until", "sources", "found", "cases")


@router.get("/watch")
def watch_log(request: Request, session: Reader) -> HTMLResponse:
    """The log of the last thirty days."""
    return _page(request, session)


@router.post("/watch")
def note(request: Request, session: Writer, form: Form) -> Response:
    """One more entry."""
    stated: dict[str, Any] = {name: one(form, name).strip() for name in _FIELDS}
    stated["cases"] = one(form, "cases").replace("、", " ").replace(",", " ").upper().split()
    try:
        note_watch(request.app.state.service, session.actor, stated)
    except GongkaiError as error:
        return _page(request, session, form, error)
    return see_other("/watch")


@router.get("/watch/export")
def export(
    request: Request,
    session: Reader,
    first: Annotated[date | None, Query()] = None,
    last: Annotated[date | None, Query()] = None,
) -> Response:
    """The log as CSV, of the last thirty days unless others are named."""
    found = read_watch_log(request.app.state.service, session.actor, first=first, last=last)
    header = ("日期", "开始", "结束", "监测员", "监测范围", "发现情况", "相关事项", "登记时间")
    rows = [
        (
            e.watched_on,
            f"{e.since:%H:%M}",
            f"{e.until:%H:%M}",
            e.by,
            e.sources,
            e.found or "未发现",
            "、".join(e.cases),
            e.entered_at.isoformat(timespec="minutes"),
        )
        for e in reversed(found.entries)
    ]
    name = {"Content-Disposition": 'attachment; filename="watch-log.csv"'}
    return Response(csv_bytes(header, rows), media_type=CSV_TYPE, headers=name)


def _page(
    request: Request, session: Reader, form: Fields | None = None, error: GongkaiError | None = None
) -> HTMLResponse:
    service: Service = request.app.state.service
    log = read_watch_log(service, session.actor)
    return page(
        request,
        "watch.html",
        session,
        status=status_of(error) if error else 200,
        log=log,
        watched_today=any(entry.watched_on == service.today for entry in log.entries),
        may_note=may(session.actor, Act.KEEP_WATCH_LOG, Facts()),
        typed={name: one(form or {}, name) for name in _FIELDS},
        error=error,
        here="/watch",
    )
