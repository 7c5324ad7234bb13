"""台账: one page for all registers, with filters, words and a table to take away."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine.acts.export import Form as ExportForm
from engine.acts.export import export_register
from engine.reading.registers import REGISTERS, read_register, read_wanted, register_of
from portal.web.caller import Form, Reader, Writer, one
from portal.web.pages import page
from portal.web.tables import attachment

router = APIRouter(include_in_schema=False)
Key = Annotated[str, Path(max_length=40)]


@router.get("/registers")
def registers(request: Request, session: Reader) -> HTMLResponse:
    """The first of them."""
    return _page(request, session, next(iter(REGISTERS)), 1)


@router.get("/registers/{register}")
def one_register(
    request: Request,
    session: Reader,
    register: Key,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """What one may know of a register, newest first."""
    return _page(request, session, register, number)


@router.post("/registers/{register}/export")
def export(request: Request, session: Writer, form: Form, register: Key) -> Response:
    """The register under the same filters, to take away; the ledger notes it."""
    found = register_of(register)
    wanted = read_wanted(found, {name: values[-1] for name, values in form.items()})
    taken = export_register(
        request.app.state.service,
        session.actor,
        found,
        wanted,
        form=ExportForm.of(one(form, "form")),
    )
    return attachment(taken)


def _page(request: Request, session: Reader, key: str, number: int) -> HTMLResponse:
    found = register_of(key)
    wanted = read_wanted(found, request.query_params)
    shown = read_register(request.app.state.service, session.actor, found, wanted, page=number)
    return page(
        request,
        "registers.html",
        session,
        registers=REGISTERS.values(),
        shown=shown,
        wanted=wanted.said,
        previous=_address(key, wanted.said, number - 1) if number > 1 else "",
        following=_address(key, wanted.said, number + 1) if number < shown.pages else "",
    )


def _address(key: str, said: Mapping[str, str], number: int) -> str:
    return f"/registers/{key}?{urlencode({**said, 'page': str(number)})}"
