"""The register's addresses. They are stable: a document stays where it was first published."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic_core import to_json
from sqlalchemy import Connection, Engine
from starlette.responses import Response, StreamingResponse

from engine.service import Service
from portal.downloads import content_disposition, safe_media_type
from portal.errors import AddressNotFound, RegisterNotSetUp
from portal.problems import documented
from portal.register import pages, shelf
from portal.register.shelf import Document

router = APIRouter(prefix="/register", tags=["public register"])

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
Slug = Annotated[str, Path(max_length=80, description="Address of a document, as the list gives it")]


@router.get("", response_class=Response, responses=documented(503), summary="The list")
def index(request: Request, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """HTML, newest first."""
    with _reader(request) as connection:
        found, organ = shelf.shelf(connection, page), shelf.organ_of(connection)
    if page > found.pages:
        return _not_found(request)
    body = pages.render("register_list.html", _zone(request), shelf=found, organ=organ)
    return _page(request, body, seconds=60)


@router.get("/style.css", response_class=Response, include_in_schema=False)
async def style(request: Request) -> Response:
    """The stylesheet of the register's pages."""
    return _cached(request, pages.stylesheet(), "text/css; charset=utf-8", seconds=3600)


@router.get("/feed.atom", response_class=Response, responses=documented(503), summary="Atom feed")
def feed(request: Request) -> Response:
    """The newest fifty."""
    with _reader(request) as connection:
        found, organ = shelf.shelf(connection, 1, size=shelf.FEED), shelf.organ_of(connection)
    updated = max((entry.published_at for entry in found.entries), default=pages.EPOCH)
    facts = {"entries": found.entries, "organ": organ, "base": _base(request), "updated": updated}
    body = pages.render("feed.atom", _zone(request), **facts)
    return _cached(request, body, "application/atom+xml; charset=utf-8", seconds=300, modified=updated)


@router.get("/{slug}.json", response_class=Response, responses=documented(404), summary="As JSON")
def as_json(request: Request, slug: Slug) -> Response:
    """One published document with links to its attachments."""
    found = _document(request, slug)
    modified = found.entry.published_at
    body = to_json(_told(found, _base(request)))
    return _cached(request, body, "application/json", seconds=300, modified=modified)


@router.get("/{slug}", response_class=Response, responses=documented(404), summary="One document")
def as_page(request: Request, slug: Slug) -> Response:
    """HTML: title, number, dates, text, marking line, attachments."""
    with _reader(request) as connection:
        found, organ = shelf.document(connection, slug), shelf.organ_of(connection)
    if found is None:
        return _not_found(request)
    facts = {"document": found, "entry": found.entry, "organ": organ}
    body = pages.render("register_document.html", _zone(request), **facts)
    return _page(request, body, seconds=300, modified=found.entry.published_at)


@router.get(
    "/{slug}/attachments/{digest}",
    response_class=Response,
    responses=documented(404),
    summary="An attachment",
)
def attachment(request: Request, slug: Slug, digest: Annotated[str, Path(max_length=64)]) -> Response:
    """A download."""
    file = _document(request, slug).file(digest)
    if file is None:
        raise AddressNotFound()
    headers = {"ETag": f'"{digest[:32]}"', "Cache-Control": "public, max-age=86400"}
    if _unchanged(request, headers["ETag"], None):
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Disposition": content_disposition(file.name), "Content-Length": str(file.size)}
    chunks = shelf.file_chunks(request.app.state.public, slug, digest)
    return StreamingResponse(chunks, media_type=safe_media_type(file.media_type), headers=headers)


@contextmanager
def _reader(request: Request) -> Iterator[Connection]:
    public: Engine | None = request.app.state.public
    if public is None:
        raise RegisterNotSetUp()
    with public.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection


def _document(request: Request, slug: str) -> Document:
    with _reader(request) as connection:
        found = shelf.document(connection, slug)
    if found is None:
        raise AddressNotFound()
    return found


def _told(found: Document, base: str) -> dict[str, Any]:
    address = f"{base}/register/{found.entry.slug}"
    files = [{**asdict(file), "url": f"{address}/attachments/{file.sha256}"} for file in found.files]
    return {**asdict(found.entry), "body": found.body, "attachments": files, "url": address}


def _not_found(request: Request) -> Response:
    """A page for people; a problem document for programs."""
    if "text/html" not in request.headers.get("accept", ""):
        raise AddressNotFound()
    body = pages.render("register_missing.html", _zone(request), organ=shelf.Organ())
    return Response(
        body, 404, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _PAGE_POLICY}
    )


def _page(request: Request, body: bytes, *, seconds: int, modified: datetime | None = None) -> Response:
    response = _cached(request, body, "text/html; charset=utf-8", seconds=seconds, modified=modified)
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    response.headers["Vary"] = "Accept"
    return response


def _cached(
    request: Request, body: bytes, media_type: str, *, seconds: int, modified: datetime | None = None
) -> Response:
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Cache-Control": f"public, max-age={seconds}"}
    if modified is not None:
        headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if _unchanged(request, headers["ETag"], modified):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _unchanged(request: Request, etag: str, modified: datetime | None) -> bool:
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return asked.strip() == "*" or etag in [part.strip().removeprefix("W/") for part in asked.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _base(request: Request) -> str:
    return _service(request).settings.base_url.rstrip("/")


def _zone(request: Request) -> str:
    return _service(request).settings.timezone
