"""A case: where it is, who has it since when, what can still come, its document, ledger and messages."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine import reading
from engine.acts.hand_over import hand_over_draft
from engine.acts.urge import urge
from engine.reading import CaseView, VersionContent
from engine.reading.opinions import read_opinion
from engine.service import Service
from portal.requests import BIGGEST_ID, VersionNumber, known_number, printable
from portal.web.caller import Form, Reader, Writer, one
from portal.web.catalogue import standing_of
from portal.web.disclosure import disclosure_of
from portal.web.limit_picture import picture_of
from portal.web.opinion_picture import course_picture
from portal.web.pages import page, see_other

router = APIRouter(include_in_schema=False)


@router.get("/cases")
def case_list(
    request: Request,
    session: Reader,
    state: Annotated[str, Query(pattern="^(open|overdue|closed|)$")] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    before: Annotated[int | None, Query(ge=1, le=BIGGEST_ID)] = None,
) -> HTMLResponse:
    """The cases one may know of, newest first."""
    q = printable(q)
    found = reading.list_cases(
        request.app.state.service, session.actor, state=state, words=q.strip(), before=before
    )
    return page(request, "cases.html", session, found=found, state=state, q=q.strip())


@router.get("/cases/{number}")
def case(request: Request, session: Reader, number: str) -> HTMLResponse:
    """Everything about a case that the reader may see."""
    service: Service = request.app.state.service
    view = reading.read_case(service, session.actor, known_number(number))
    document = _document(service, session, view)
    return page(
        request,
        "case.html",
        session,
        case=view,
        document=document,
        **disclosure_of(document),
        versions=reading.list_versions(service, session.actor, view.number) if document else [],
        ahead=reading.read_path_ahead(service, session.actor, view.number),
        flow_run=reading.read_flow_run(service, session.actor, view.number),
        deliveries=reading.read_deliveries(service, session.actor, view.number),
        **_limits(service, session, view),
        **_opinion(service, session, view),
        **standing_of(service, session, view.number),
        family=reading.read_family(service, session.actor, view.number),
        directory=reading.read_directory(service),
        open_incidents=[i for i in view.incidents if i.resolved_at is None],
    )


@router.get("/cases/{number}/versions/{version}")
def version(request: Request, session: Reader, number: str, version: VersionNumber) -> HTMLResponse:
    """One version of the document, whole."""
    service: Service = request.app.state.service
    view = reading.read_case(service, session.actor, known_number(number))
    document = reading.read_version(service, session.actor, view.number, version)
    return page(
        request,
        "version.html",
        session,
        case=view,
        document=document,
        **disclosure_of(document),
    )


@router.get("/cases/{number}/ledger")
def ledger(request: Request, session: Reader, number: str) -> HTMLResponse:
    """The case's chain, and whether it verifies."""
    found = reading.read_ledger(request.app.state.service, session.actor, known_number(number))
    return page(request, "ledger.html", session, ledger=found)


@router.get("/cases/{number}/sheet")
def sheet(request: Request, session: Reader, number: str) -> HTMLResponse:
    """发文稿纸, for paper: every opinion, number, attribute, ground, dates."""
    return _paper(request, session, number, "sheet.html")


@router.get("/cases/{number}/file")
def case_file(request: Request, session: Reader, number: str) -> HTMLResponse:
    """The whole case for the archive, as one print view."""
    return _paper(request, session, number, "case_file.html")


@router.post("/cases/{number}/urge")
def urge_case(request: Request, session: Writer, number: str) -> Response:
    """Whoever has the open to-dos is told once more."""
    urge(request.app.state.service, session.actor, known_number(number))
    return see_other(f"/cases/{known_number(number)}")


@router.post("/cases/{number}/drafter")
def hand_over(request: Request, session: Writer, form: Form, number: str) -> Response:
    """The administrator hands the draft to another drafter of the unit."""
    hand_over_draft(
        request.app.state.service,
        session.actor,
        known_number(number),
        to=one(form, "drafter")[:64],
        reason=one(form, "reason"),
    )
    return see_other(f"/cases/{known_number(number)}")


def _limits(service: Service, session: Reader, view: CaseView) -> dict[str, Any]:
    """The time limits and their pictures; ``late``: the rounds of steps that were decided late."""
    clocks = reading.read_clocks(service, session.actor, view.number)
    return {
        "clocks": clocks,
        "pictures": {c.id: picture_of(c, service.now, service.settings.timezone) for c in clocks},
        "late": {clock.step for clock in clocks if clock.state == "met-late"},
    }


def _opinion(service: Service, session: Reader, view: CaseView) -> dict[str, Any]:
    """The course of public opinion, drawn; nothing for cases of another kind."""
    course = read_opinion(service, session.actor, view.number)
    closed = view.closed_at is not None
    return {
        "opinion": course,
        "course_picture": course and course_picture(course, service.now, closed=closed),
    }


def _paper(request: Request, session: Reader, number: str, template: str) -> HTMLResponse:
    service: Service = request.app.state.service
    view = reading.read_case(service, session.actor, known_number(number))
    document = _document(service, session, view)
    return page(
        request,
        template,
        session,
        case=view,
        document=document,
        **disclosure_of(document),
        **_limits(service, session, view),
        ledger=reading.read_ledger(service, session.actor, view.number),
        organ=reading.read_directory(service).organ,
    )


def _document(service: Service, session: Reader, view: CaseView) -> VersionContent | None:
    """The current version, where there is one and the reader may see it."""
    if not view.may_read_document or view.document_version is None:
        return None
    return reading.read_version(service, session.actor, view.number, view.document_version)
