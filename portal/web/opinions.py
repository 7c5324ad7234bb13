"""Public opinion: the board of open matters by the time that is left, and many of them from a table."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from engine import reading
from engine.acts.opinion_import import PROCEDURE, Row, import_opinions
from engine.policy import Act, permit
from engine.procedures import procedure
from engine.reading.opinions import read_opinions
from engine.service import Service
from portal.problems import status_of
from portal.web.caller import Form, Reader, Writer, one
from portal.web.pages import page
from rules.errors import GongkaiError

router = APIRouter(include_in_schema=False)

RISKS = {"ordinary": "一般", "considerable": "较大", "major": "重大", "extreme": "特别重大"}


@router.get("/opinions")
def board(
    request: Request, session: Reader, risk: Annotated[str, Query(pattern="^[a-z]{0,20}$")] = ""
) -> HTMLResponse:
    """Every open matter, that with the least time left first."""
    return _page(request, session, risk=risk)


@router.post("/opinions")
def take_in(request: Request, session: Writer, form: Form) -> HTMLResponse:
    """Each row of a pasted table; what became of it stands beside its line."""
    service: Service = request.app.state.service
    permit(session.actor, Act.KEEP_WATCH_LOG)  # whoever registers: before anything is read
    typed = one(form, "table")
    try:
        rows = import_opinions(service, session.actor, typed.encode(), name="table")
    except GongkaiError as error:
        return _page(request, session, typed=typed, error=error)
    refused = any(row.error for row in rows)
    return _page(request, session, rows=rows, typed=typed if refused else "")


def _page(
    request: Request,
    session: Reader,
    *,
    risk: str = "",
    rows: list[Row] | None = None,
    typed: str = "",
    error: GongkaiError | None = None,
) -> HTMLResponse:
    service: Service = request.app.state.service
    found = read_opinions(service, session.actor)
    columns = procedure(PROCEDURE).intake.model_json_schema()["properties"]
    return page(
        request,
        "opinions.html",
        session,
        status=status_of(error) if error else 200,
        found=[line for line in found if not risk or line.risk == risk],
        risk=risk,
        risks=RISKS,
        directory=reading.read_directory(service),
        columns=[each["title"] for name, each in columns.items() if name != "drafter"],
        may_register=_may_register(session),
        rows=rows,
        typed=typed,
        error=error,
        here="/opinions" + (f"?risk={risk}" if risk else ""),
    )


def _may_register(session: Reader) -> bool:
    return session.actor.holds(procedure(PROCEDURE).opened_by)
