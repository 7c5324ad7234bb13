"""What the public says on an announcement 意见征集: a form without sign-in, and what became of a comment.

Everything goes through the role ``gongkai_public``, which may read no comment and write none: the database's
functions take one, within its window, and tell what became of the one a receipt names. No cookie is used, so
there is no authority a foreign page could borrow; what it could do is asked for by ``same_site`` and the
signed time in the form (docs/decisions/0020-public-participation.md).
"""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.responses import Response

from engine.forms import Form as Answers
from engine.forms import Line, Text, asked, fill
from engine.participation.receipts import BYTES, grouped, receipt_hash
from engine.service import Service
from portal.problems import status_of
from portal.register import shelf
from portal.register.participation import participation_of
from portal.register.routes import Slug, html, not_found, reader, rendered
from portal.visitor import visitor_of
from portal.web.caller import Form, one
from portal.web.signing import same_site
from rules.errors import CommentFormStale, CommentsClosed, GongkaiError, RequestForged, TooManyComments
from rules.participation import LONGEST_COMMENT, Disposition, number

router = APIRouter(prefix="/register", tags=["public register"])

LONGEST_OPEN = timedelta(hours=12)
_MAY = text("SELECT may_comment(:address, :at, :each, :all)")
_SUBMIT = text("SELECT submit_comment(:slug, :said, :name, :contact, :receipt, :at)")
_OUTCOME = text("SELECT * FROM receipt_outcome(:hash)")


class Submitted(Answers):
    """What a visitor writes."""

    said: Annotated[Text, asked("意见内容", min_length=1, max_length=LONGEST_COMMENT)]
    name: Annotated[Line, asked("姓名", max_length=60)] = ""
    contact: Annotated[Line, asked("联系方式", max_length=100)] = ""


TITLES = {"said": "意见内容", "name": "姓名", "contact": "联系方式"}


@router.get("/comments", response_class=Response, summary="What became of a comment: the form")
def ask_receipt(request: Request) -> Response:
    """A field for the receipt number."""
    return _receipt_page(request)


@router.post("/comments", response_class=Response, summary="What became of a comment")
def tell_receipt(request: Request, form: Form) -> Response:
    """The comment's number and, once the outcome is public, its disposition. Posted, so that no address and
    no log has the receipt; for one that is unknown always the same answer.
    """
    given = one(form, "receipt")[:80]
    with reader(request) as connection:
        row = connection.execute(_OUTCOME, {"hash": receipt_hash(given)}).one_or_none()
    return _receipt_page(request, asked=True, found=row)


@router.get("/{slug}/comment", response_class=Response, summary="The form for a comment")
def form_of(request: Request, slug: Slug) -> Response:
    """Name and contact may stay empty."""
    return _form_page(request, slug)


@router.post("/{slug}/comment", response_class=Response, summary="Send a comment")
def send(request: Request, slug: Slug, form: Form) -> Response:
    """Answers with the receipt number, which is shown this once."""
    service: Service = request.app.state.service
    try:
        receipt, serial = _send(request, service, slug, form)
    except GongkaiError as error:
        return _form_page(request, slug, error=error, typed=form)
    facts = {"receipt": receipt, "serial": abs(serial), "again": serial < 0, "slug": slug}
    with reader(request) as connection:
        body = rendered(request, "register_comment_received.html", organ=shelf.organ_of(connection), **facts)
    return html(body, 201 if serial > 0 else 200, {"Cache-Control": "no-store"})


def _send(request: Request, service: Service, slug: str, form: Form) -> tuple[str, int]:
    """Returns the receipt and the comment's number, negative where the same form was sent before.

    Raises:
        RequestForged, CommentFormStale, InvalidInput, TooManyComments, CommentsClosed.
    """
    if not same_site(request):
        raise RequestForged(where="origin")
    at = service.statutory(request.state.received_at)
    token = one(form, "token")
    _require_own_form(service, slug, token, at)
    if one(form, "website"):  # a field no person sees
        raise CommentFormStale(where="website")
    try:
        answers = {name: one(form, name) for name in TITLES}
        stated = fill(Submitted, answers, where=slug)
    except GongkaiError as error:
        named = getattr(error, "called", None)
        raise (named(TITLES.get(error.facts["field"], "")) if named else error) from None
    receipt = _receipt(service, token)
    said = {**stated.model_dump(), "slug": slug, "receipt": receipt_hash(receipt), "at": at}
    limits = {"each": number("comments-per-network-and-hour"), "all": number("comments-per-hour")}
    with reader(request) as connection:
        if not connection.scalar(_MAY, {"address": visitor_of(request).network, "at": at, **limits}):
            raise TooManyComments()
        serial = int(connection.execute(_SUBMIT, said).scalar_one())
    if not serial:
        raise CommentsClosed()
    return receipt, serial


def _form_page(
    request: Request, slug: str, *, error: GongkaiError | None = None, typed: Form | None = None
) -> Response:
    service: Service = request.app.state.service
    with reader(request) as connection:
        found, organ = participation_of(connection, slug), shelf.organ_of(connection)
        standing = shelf.document(connection, slug)
    if found is None or found.slug != slug or not found.online or not isinstance(standing, shelf.Document):
        return not_found(request)
    facts = {
        "participation": found,
        "open": found.takes_comments(service.now),
        "token": _token(service, slug),
        "error": error,
        "typed": {name: one(typed or {}, name)[: 2 * LONGEST_COMMENT] for name in TITLES},
        "longest": LONGEST_COMMENT,
    }
    body = rendered(request, "register_comment.html", organ=organ, **facts)
    return html(body, status_of(error) if error else 200, {"Cache-Control": "no-store"})


def _receipt_page(request: Request, *, asked: bool = False, found: Any = None) -> Response:
    names = {each.value: each.names for each in Disposition}
    with reader(request) as connection:
        organ = shelf.organ_of(connection)
    body = rendered(request, "register_receipt.html", organ=organ, asked=asked, found=found, names=names)
    return html(body, 200, {"Cache-Control": "no-store"})


# --- the form's own time -----------------------------------------------------------------------


def _token(service: Service, slug: str) -> str:
    """When this form was shown, signed: a form is sent once, not at once, and not for ever."""
    shown = f"{int(service.now.timestamp())}.{secrets.token_urlsafe(12)}"
    return f"{shown}.{_signed(service, f'{slug}.{shown}').hex()}"


def _require_own_form(service: Service, slug: str, token: str, at: datetime) -> None:
    shown, _, signature = token.rpartition(".")
    own = _signed(service, f"{slug}.{shown}").hex()
    if not hmac.compare_digest(own.encode(), signature.encode()):
        raise CommentFormStale(where="token")
    open_for = at.timestamp() - int(shown.partition(".")[0])
    if not number("seconds-to-write-a-comment") <= open_for <= LONGEST_OPEN.total_seconds():
        raise CommentFormStale(where="token")


def _receipt(service: Service, token: str) -> str:
    """Of a form that is sent again it is the same: it is one comment. Nobody else can make it."""
    return grouped(base64.b32encode(_signed(service, f"receipt.{token}")[:BYTES]).decode())


def _signed(service: Service, said: str) -> bytes:
    secret = service.settings.portal_secret.get_secret_value().encode()
    return hmac.digest(secret, f"comment.{said}".encode(), "sha256")
