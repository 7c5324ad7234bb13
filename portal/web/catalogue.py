"""标准目录 at work: the coverage board, a row with its history, importing, documents put under rows."""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from engine.acts.catalogue import add_item, edit_row
from engine.acts.export import BOARD, export_table
from engine.acts.export import Form as ExportForm
from engine.acts.import_catalogue import CatalogueImported, import_catalogue
from engine.acts.put_into_catalogue import put_into_catalogue
from engine.policy import Act, Facts, may, permit
from engine.reading import catalogue as reading
from engine.reading.catalogue import Board, BoardRow
from engine.service import Service
from portal.problems import status_of
from portal.requests import BIGGEST_ID, known_number
from portal.web.caller import Fields, Form, Reader, Writer, one
from portal.web.heat import strip_of
from portal.web.pages import page, see_other
from portal.web.tables import attachment
from rules.catalogue import FIELDS, Status, domains
from rules.errors import GongkaiError

router = APIRouter(include_in_schema=False)

RowId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
_STATES = "^(nothing|late|earlier|this-year|unsure|)$"


@router.get("/catalogue/board")
def board(
    request: Request,
    session: Reader,
    state: Annotated[str, Query(pattern=_STATES)] = "",
) -> HTMLResponse:
    """Coverage and freshness: what each row has this year, what is late, which rows have nothing."""
    service: Service = request.app.state.service
    found = reading.read_board(service)
    return page(
        request,
        "board.html",
        session,
        board=found,
        state=state,
        shown={domain.zh: _sifted(found, domain.zh, state) for domain in domains()},
        strips={domain.zh: strip_of(found.of(domain.zh)) for domain in domains()},
        how_many={each: sum(_is(row, each) for row in found.rows) for each in _SIFTS},
        **_rights(session),
    )


@router.post("/catalogue/board/export")
def export_board(request: Request, session: Writer, form: Form) -> Response:
    """The board as a table to take away; the ledger notes it."""
    service: Service = request.app.state.service
    found = reading.read_board(service)
    rows = [_line(row) for row in found.rows]
    taken = export_table(service, session.actor, BOARD, rows, form=ExportForm.of(one(form, "form")))
    return attachment(taken)


@router.get("/catalogue/rows/{item_id}")
def row(request: Request, session: Reader, item_id: RowId) -> HTMLResponse:
    """One row: what it says, its documents, its history; who may edits it here."""
    return _row_page(request, session, item_id)


@router.post("/catalogue/rows/{item_id}")
def save_row(request: Request, session: Writer, form: Form, item_id: RowId) -> Response:
    """Let the row say this, with a reason."""
    service: Service = request.app.state.service
    permit(session.actor, Act.EDIT_CATALOGUE)
    seen = one(form, "seen")
    try:
        edit_row(
            service,
            session.actor,
            item_id,
            _said(form),
            active=one(form, "active") == "true",
            reason=one(form, "reason"),
            seen=int(seen) if seen.isdecimal() and len(seen) < 16 else 0,
        )
    except GongkaiError as error:
        return _row_page(request, session, item_id, typed=form, error=error)
    return see_other(f"/catalogue/rows/{item_id}")


@router.get("/catalogue/new")
def new_row(request: Request, session: Reader) -> HTMLResponse:
    """A form for a row of the site's own."""
    permit(session.actor, Act.EDIT_CATALOGUE)
    return _new_page(request, session)


@router.post("/catalogue/new")
def add_row(request: Request, session: Writer, form: Form) -> Response:
    """The row is added, with a reason."""
    permit(session.actor, Act.EDIT_CATALOGUE)
    try:
        added = add_item(request.app.state.service, session.actor, _said(form), reason=one(form, "reason"))
    except GongkaiError as error:
        return _new_page(request, session, typed=form, error=error)
    return see_other(f"/catalogue/rows/{added}")


@router.get("/catalogue/import")
def importing(request: Request, session: Reader) -> HTMLResponse:
    """Where a file is brought."""
    permit(session.actor, Act.EDIT_CATALOGUE)
    return _import_page(request, session)


@router.post("/catalogue/import")
def submit(request: Request, session: Writer, form: Form) -> Response:
    """What a file would change; then, for exactly the file that was shown, the import."""
    service: Service = request.app.state.service
    permit(session.actor, Act.EDIT_CATALOGUE)  # before anything is read: reading costs
    said, take_file, seen = one(form, "table"), one(form, "take_file") == "true", _previewed(form)
    try:
        done = import_catalogue(
            service,
            session.actor,
            said,
            where="目录文件",
            seen=seen,
            take_file=take_file,
            dry_run=seen is None,
        )
    except GongkaiError as error:
        return _import_page(request, session, typed=said, error=error)
    if done.stored:
        return see_other("/catalogue/board")
    return _import_page(request, session, typed=said, preview=done, take_file=take_file)


@router.get("/catalogue/documents")
def loose(
    request: Request, session: Reader, page_number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1
) -> HTMLResponse:
    """Published documents under no row, each with the row its words suggest."""
    return _documents_page(request, session, page_number)


@router.post("/catalogue/documents")
def put_many(request: Request, session: Writer, form: Form) -> Response:
    """Those with a chosen row are put there; the others stay as they are."""
    service: Service = request.app.state.service
    permit(session.actor, Act.PUT_INTO_CATALOGUE)
    wanted: dict[str, int | None] = {
        name.removeprefix("row."): int(values[-1])
        for name, values in form.items()
        if name.startswith("row.") and _is_number(values[-1])
    }
    try:
        put_into_catalogue(service, session.actor, wanted)
    except GongkaiError as error:
        return _documents_page(request, session, 1, error=error)
    return see_other("/catalogue/documents")


@router.post("/cases/{number}/catalogue")
def put_one(request: Request, session: Writer, form: Form, number: str) -> Response:
    """归入目录 on the case page; an empty choice takes the document out again."""
    number = known_number(number)
    chosen = one(form, "row")
    item = int(chosen) if _is_number(chosen) else None
    put_into_catalogue(request.app.state.service, session.actor, {number.lower(): item})
    return see_other(f"/cases/{number}#catalogue")


def standing_of(service: Service, session: Reader, number: str) -> dict[str, Any]:
    """What the case page says of its document's row."""
    return {
        "standing": reading.read_standing(service, number.lower()),
        "catalogue_rows": reading.rows_in_use(service),
        "may_place": may(session.actor, Act.PUT_INTO_CATALOGUE, Facts()),
    }


_SIFTS = ("nothing", "late", "earlier", "this-year", "unsure")


def _is(row: BoardRow, state: str) -> bool:
    return row.status.to_complete if state == "unsure" else row.state == state


def _sifted(found: Board, domain: str, state: str) -> list[BoardRow]:
    return [row for row in found.of(domain) if not state or _is(row, state)]


def _line(row: BoardRow) -> list[Any]:
    said = [row.row[field.name] for field in FIELDS[:-1]]
    last = row.last.date().isoformat() if row.last else ""
    late = len(row.late) if row.limit is not None else "未定期限"
    return [*said, row.status.zh, row.total, row.this_year, last, late]


def _said(form: Fields) -> dict[str, str]:
    return {field.name: one(form, field.name)[:4000] for field in FIELDS}


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdecimal() and len(said) < 16


def _rights(session: Reader) -> dict[str, bool]:
    return {
        "may_edit": may(session.actor, Act.EDIT_CATALOGUE, Facts()),
        "may_place": may(session.actor, Act.PUT_INTO_CATALOGUE, Facts()),
        "may_export": may(session.actor, Act.READ_REGISTERS, Facts()),
    }


def _row_page(
    request: Request,
    session: Reader,
    item_id: int,
    *,
    typed: Fields | None = None,
    error: GongkaiError | None = None,
) -> HTMLResponse:
    view = reading.read_row(request.app.state.service, item_id)
    return page(
        request,
        "catalogue_row.html",
        session,
        status=status_of(error) if error else 200,
        view=view,
        names={field.name: field for field in FIELDS},
        values=_said(typed) if typed else view.row.row,
        active=one(typed, "active") == "true" if typed else view.row.active,
        reason=one(typed, "reason") if typed else "",
        error=error,
        here=f"/catalogue/rows/{item_id}",
        **_choices(),
        **_rights(session),
    )


def _new_page(
    request: Request, session: Reader, *, typed: Fields | None = None, error: GongkaiError | None = None
) -> HTMLResponse:
    empty = dict.fromkeys((field.name for field in FIELDS), "") | {"status": Status.VERIFIED.value}
    return page(
        request,
        "catalogue_new.html",
        session,
        status=status_of(error) if error else 200,
        values=_said(typed) if typed else empty,
        reason=one(typed, "reason") if typed else "",
        error=error,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    return {"fields": FIELDS, "domains": domains(), "statuses": list(Status)}


def _import_page(
    request: Request,
    session: Reader,
    *,
    typed: str = "",
    preview: CatalogueImported | None = None,
    take_file: bool = False,
    error: GongkaiError | None = None,
) -> HTMLResponse:
    return page(
        request,
        "catalogue_import.html",
        session,
        status=status_of(error) if error else 200,
        typed=typed,
        preview=preview,
        take_file=take_file,
        previewed=f"{preview.revision}:{_digest(typed, take_file)}" if preview else "",
        names={field.name: field for field in FIELDS},
        error=error,
        here="/catalogue/import",
    )


def _previewed(form: Fields) -> int | None:
    """The revision the preview of this very file compared it with; None where it is still to be shown."""
    seen, _, digest = one(form, "previewed").partition(":")
    was_shown = digest == _digest(one(form, "table"), one(form, "take_file") == "true") and _is_number(seen)
    return int(seen) if was_shown and one(form, "what") == "import" else None


def _digest(said: str, take_file: bool) -> str:
    return sha256(f"{take_file}{said}".encode()).hexdigest()


def _documents_page(
    request: Request, session: Reader, number: int, *, error: GongkaiError | None = None
) -> HTMLResponse:
    service: Service = request.app.state.service
    return page(
        request,
        "catalogue_documents.html",
        session,
        status=status_of(error) if error else 200,
        found=reading.read_loose(service, number),
        catalogue_rows=reading.rows_in_use(service),
        error=error,
        here=f"/catalogue/documents?page={number}",
        **_rights(session),
    )
