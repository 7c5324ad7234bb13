"""The yearly evaluation: figures with a bar each, what is behind them, weights, measures, exports."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from engine.acts.open_year import open_year
from engine.acts.weights import set_weights
from engine.evaluation.exporting import as_csv, as_xlsx
from engine.exports import CSV_TYPE, XLSX_TYPE
from engine.reading.evaluation import read_evaluation, read_figure
from engine.service import Service
from portal.downloads import content_disposition
from portal.problems import status_of
from portal.requests import FIRST_YEAR, LAST_YEAR
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.pages import page, see_other
from rules.errors import GongkaiError, InvalidInput

router = APIRouter(include_in_schema=False)

YearOf = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]
Key = Annotated[str, Path(pattern="^[a-z-]{1,40}$")]


@router.get("/evaluation")
def this_year(request: Request, _session: Reader) -> Response:
    """To the present year."""
    return see_other(f"/evaluation/{request.app.state.service.today.year}")


@router.get("/evaluation/{year}")
def evaluation(request: Request, session: Reader, year: YearOf) -> HTMLResponse:
    """A year's figures by group."""
    return _page(request, session, year)


@router.get("/evaluation/{year}/figures/{key}")
def figure(request: Request, session: Reader, year: YearOf, key: Key) -> HTMLResponse:
    """One figure and everything it was computed from."""
    service: Service = request.app.state.service
    view, found = read_figure(service, session.actor, year, key)
    return page(request, "evaluation_figure.html", session, view=view, figure=found)


@router.get("/evaluation/{year}/export.{kind}")
def export(
    request: Request, session: Reader, year: YearOf, kind: Annotated[str, Path(pattern="^(csv|xlsx)$")]
) -> Response:
    """The same as a table to take away."""
    figures = read_evaluation(request.app.state.service, session.actor, year).figures
    content, media_type = (as_csv(figures), CSV_TYPE) if kind == "csv" else (as_xlsx(figures), XLSX_TYPE)
    headers = {"Content-Disposition": content_disposition(f"{year}年度量化评价.{kind}")}
    return Response(content, media_type=media_type, headers=headers)


@router.post("/evaluation/{year}/weights")
def weigh(request: Request, session: Writer, form: Form, year: YearOf) -> Response:
    """Other weights, from the next evaluation on."""
    try:
        wanted = {
            name.removeprefix("weight."): _whole(form, name) for name in form if name.startswith("weight.")
        }
        set_weights(request.app.state.service, session.actor, wanted, one(form, "reason"))
    except GongkaiError as error:
        return _page(request, session, year, error=error)
    return see_other(f"/evaluation/{year}#weights")


@router.post("/evaluation/open")
def begin(request: Request, session: Writer, form: Form) -> Response:
    """A yearly case nobody opened on its day."""
    opened = open_year(request.app.state.service, session.actor, one(form, "procedure"))
    return see_other(f"/cases/{opened.number}")


def _whole(form: Fields, name: str) -> int:
    typed = one(form, name).strip()
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 3:
        raise InvalidInput(where="weights", field=name, why_zh="须为整数", why_en="it must be a whole number")
    return int(typed)


def _page(request: Request, session: Reader, year: int, *, error: GongkaiError | None = None) -> HTMLResponse:
    service: Service = request.app.state.service
    view = read_evaluation(service, session.actor, year)
    return page(
        request,
        "evaluation.html",
        session,
        status=status_of(error) if error else 200,
        view=view,
        years=[each for each in range(year - 1, year + 2) if FIRST_YEAR <= each <= service.today.year],
        error=error,
        here=f"/evaluation/{year}",
    )
