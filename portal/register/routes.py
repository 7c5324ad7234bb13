"""The register's addresses. They are stable: a document stays where it was first published."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic_core import to_json
from sqlalchemy import Connection, Engine
from starlette.responses import Response

from engine.files.parts import Part
from engine.service import Service
from portal.downloads import download, show
from portal.errors import AddressNotFound, DocumentTakenDown, RegisterNotSetUp
from portal.problems import documented
from portal.register import catalogue, pages, shelf
from portal.register.answers import cached
from portal.register.participation import participation_of
from portal.register.search import search
from portal.register.shelf import Change, Document
from portal.register.wanted import LABELS, read_wanted

router = APIRouter(prefix="/register", tags=["public register"])

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_KEPT = {"Cache-Control": "public, max-age=300"}
_GONE = {"Cache-Control": "public, max-age=300"}
Digest = Annotated[str, Path(max_length=64)]
Slug = Annotated[str, Path(max_length=80, description="Address of a document, as the list gives it")]


@router.get("", response_class=Response, responses=documented(503), summary="The list")
def index(request: Request, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """HTML, newest first. Words (``q``) and filters (``unit``, ``type``, ``year``, ``from``, ``to``, ``no``,
    ``item`` of the catalogue)
    are parameters of the address; what cannot be read is left out and named.
    """
    wanted = read_wanted(request.query_params, page)
    with reader(request) as connection:
        found = search(connection, wanted, timezone=_zone(request))
        organ = shelf.organ_of(connection)
        row = catalogue.row_named(connection, wanted.item)
    if wanted.page > found.pages:
        return not_found(request)
    facts = {"found": found, "wanted": wanted, "organ": organ, "labels": LABELS, "row": row}
    return _page(request, rendered(request, "register_list.html", **facts), seconds=60)


@router.get("/style.css", response_class=Response, include_in_schema=False)
async def style(request: Request) -> Response:
    """The stylesheet of the register's pages."""
    return cached(request, pages.stylesheet(), "text/css; charset=utf-8", seconds=3600)


@router.get("/feed.atom", response_class=Response, responses=documented(503), summary="Atom feed")
def feed(request: Request) -> Response:
    """The newest fifty."""
    with reader(request) as connection:
        entries, organ = shelf.newest(connection), shelf.organ_of(connection)
    updated = max((entry.published_at for entry in entries), default=pages.EPOCH)
    facts = {"entries": entries, "organ": organ, "base": _base(request), "updated": updated}
    body = pages.render("feed.atom", _zone(request), **facts)
    # No Last-Modified: a take-down changes the feed and makes what is newest in it older.
    return cached(request, body, "application/atom+xml; charset=utf-8", seconds=300)


@router.get("/sitemap-{part}.xml", response_class=Response, responses=documented(404), summary="Sitemap")
def sitemap_part(request: Request, part: Annotated[int, Path(ge=1, le=10_000)]) -> Response:
    """Five hundred addresses of documents, oldest first, so that a full part stays as it is."""
    with reader(request) as connection:
        found = shelf.addresses(connection, part)
        if not found and part > shelf.sitemap_parts(connection):
            raise AddressNotFound()
    body = pages.render("sitemap_part.xml", _zone(request), addresses=found, base=_base(request))
    return cached(request, body, "application/xml; charset=utf-8", seconds=300)


@router.get("/{slug}.json", response_class=Response, responses=documented(404), summary="As JSON")
def as_json(request: Request, slug: Slug) -> Response:
    """One published document with links to its attachments, or 410 with the reason it was taken down."""
    with reader(request) as connection:
        found = shelf.document(connection, slug)
    if found is None:
        raise AddressNotFound()
    if isinstance(found, Change):
        told = {name: value for name, value in asdict(found).items() if name != "new_url"}
        return Response(to_json({"slug": slug, **told}), 410, media_type="application/json", headers=_GONE)
    body = to_json(_told(found, _base(request)))
    return cached(request, body, "application/json", seconds=300, modified=found.changed_at)


@router.get("/{slug}", response_class=Response, responses=documented(404), summary="One document")
def as_page(request: Request, slug: Slug) -> Response:
    """HTML: title, number, dates, text, marking line, attachments; 410 for one that was taken down."""
    with reader(request) as connection:
        found, organ = shelf.document(connection, slug), shelf.organ_of(connection)
        asked = participation_of(connection, slug) if found else None
        placed = catalogue.row_of(connection, slug) if found else None
    if found is None:
        return not_found(request)
    if isinstance(found, Change):
        body = rendered(request, "register_taken_down.html", change=found, organ=organ)
        return html(body, 410, _GONE)
    facts = {"document": found, "entry": found.entry, "organ": organ, "base": _base(request)}
    facts |= {"participation": asked, "open": asked and asked.takes_comments(_service(request).now)}
    body = rendered(request, "register_document.html", **facts, row=placed)
    if asked is not None:  # it says more as time goes on
        return _page(request, body, seconds=60)
    modified = found.changed_at if placed is None else max(found.changed_at, placed.since)
    return _page(request, body, seconds=300, modified=modified)


@router.get(
    "/{slug}/attachments/{digest}",
    response_class=Response,
    responses=documented(404),
    summary="An attachment",
)
def attachment(request: Request, slug: Slug, digest: Digest) -> Response:
    """A download; ``Range`` asks for a part of it."""
    return download(request, *_file(request, slug, digest), **_KEPT)


@router.get("/{slug}/files/{digest}", response_class=Response, include_in_schema=False)
def shown(request: Request, slug: Slug, digest: Digest) -> Response:
    """The same file for its place in the page: a PDF or an image is shown, anything else saved."""
    return show(request, *_file(request, slug, digest), **_KEPT)


def _file(request: Request, slug: str, digest: str) -> tuple[shelf.File, Part]:
    with reader(request) as connection:
        found = shelf.document(connection, slug)
    if isinstance(found, Change):
        raise DocumentTakenDown(where=slug)
    file = None if found is None else found.file(digest)
    if file is None:
        raise AddressNotFound()
    return file, partial(shelf.file_part, request.app.state.public, slug, digest)


@contextmanager
def reader(request: Request) -> Iterator[Connection]:
    """The database as the public role sees it."""
    public: Engine | None = request.app.state.public
    if public is None:
        raise RegisterNotSetUp()
    with public.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection


def _told(found: Document, base: str) -> dict[str, Any]:
    address = f"{base}/register/{found.entry.slug}"
    files = [{**asdict(file), "url": f"{address}/attachments/{file.sha256}"} for file in found.files]
    entry = asdict(found.entry) | {"website_url": found.website_url}
    earlier = [change.old_url for change in found.changes]
    return {**entry, "body": found.body, "attachments": files, "url": address, "earlier_urls": earlier}


def not_found(request: Request) -> Response:
    """A page for people; a problem document for programs."""
    if "text/html" not in request.headers.get("accept", ""):
        raise AddressNotFound()
    return html(rendered(request, "register_missing.html", organ=shelf.Organ()), 404, {})


def rendered(request: Request, template: str, **facts: Any) -> bytes:
    """A page of the register."""
    return pages.render(template, _zone(request), virtual=_service(request).is_virtual, **facts)


def html(body: bytes, status: int, headers: dict[str, str]) -> Response:
    """An answer that is a page, under the register's policy."""
    policy = {"Content-Security-Policy": _PAGE_POLICY}
    return Response(body, status, media_type="text/html; charset=utf-8", headers=policy | headers)


def _page(request: Request, body: bytes, *, seconds: int, modified: datetime | None = None) -> Response:
    response = cached(request, body, "text/html; charset=utf-8", seconds=seconds, modified=modified)
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    response.headers["Vary"] = "Accept"
    return response


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


crawlers = APIRouter(tags=["public register"])


@crawlers.get("/catalogue", response_class=Response, responses=documented(503), summary="The catalogue")
def standard_catalogue(request: Request) -> Response:
    """标准目录 as HTML: what is published in each domain, with the documents published under each row."""
    with reader(request) as connection:
        found, organ = catalogue.read(connection), shelf.organ_of(connection)
    body = rendered(request, "register_catalogue.html", domains=found, organ=organ, fields=catalogue.FIELDS)
    return _page(request, body, seconds=60)


@crawlers.get("/sitemap.xml", response_class=Response, responses=documented(503), summary="Sitemap index")
def sitemap(request: Request) -> Response:
    """The files of the sitemap."""
    with reader(request) as connection:
        parts = shelf.sitemap_parts(connection)
    body = pages.render("sitemap.xml", _zone(request), parts=parts, base=_base(request))
    return cached(request, body, "application/xml; charset=utf-8", seconds=300)


@crawlers.get("/robots.txt", response_class=Response, summary="What search engines may read")
def robots(request: Request) -> Response:
    """The register, but not its lists of search results; nothing else of the portal."""
    lines = ["User-agent: *", "Disallow: /register?", "Disallow: /registers", "Allow: /register"]
    lines += ["Allow: /catalogue$", "Disallow: /"]
    body = "\n".join([*lines, "", f"Sitemap: {_base(request)}/sitemap.xml", ""])
    return cached(request, body.encode(), "text/plain; charset=utf-8", seconds=3600)


def _base(request: Request) -> str:
    return _service(request).settings.base_url.rstrip("/")


def _zone(request: Request) -> str:
    return _service(request).settings.timezone
