"""Signing in and out, choosing a password after another set one, and the language of the pages."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from engine.acts import access, desk
from engine.acts.access import Session, csrf_token_of
from portal.caller import cookie_name, is_secure, take_cookie
from portal.problems import status_of
from portal.sign_ins import let_in, sign_in_visitor
from portal.web.caller import ChoosingReader, ChoosingWriter, Form, one
from portal.web.language import COOKIE, LANGUAGES
from portal.web.pages import local_path, page, see_other
from rules.errors import GongkaiError, WrongCredentials

router = APIRouter(include_in_schema=False)

_A_YEAR = 365 * 86400


@router.get("/")
def home(request: Request) -> Response:
    """The inbox for those who sign in, the register for everybody else."""
    known = cookie_name(request.app.state.service) in request.cookies
    return see_other("/inbox" if known else "/register")


@router.get("/sign-in")
def ask(
    request: Request,
    next_: Annotated[str, Query(alias="next", max_length=500)] = "/inbox",
    changed: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The form."""
    return _page(request, next_=local_path(next_), changed=bool(changed))


@router.post("/sign-in")
async def sign_in(request: Request, form: Form) -> Response:
    """Let someone in, or say why not. Nobody can be signed in from a foreign page: see ``same_site``."""
    username, wanted = one(form, "username").strip()[:64], local_path(one(form, "next", "/inbox"))
    if not same_site(request):
        return _page(request, next_=wanted, username=username)
    try:
        if not username or not one(form, "password"):  # a mail scanner pressing buttons guesses nothing
            raise WrongCredentials(where="username")
        signed_in = await sign_in_visitor(request, username, one(form, "password")[:256])
    except GongkaiError as error:
        return _page(request, next_=wanted, username=username, error=error)
    return let_in(see_other(wanted), request, signed_in)


@router.post("/sign-out")
def sign_out(request: Request, _session: ChoosingWriter) -> Response:
    """End the session of this browser."""
    service = request.app.state.service
    access.sign_out(service, request.cookies[cookie_name(service)])
    response = see_other("/sign-in")
    take_cookie(response, service)
    return response


@router.get("/password")
def ask_for_own_password(request: Request, session: ChoosingReader) -> Response:
    """Who signed in with a password set by another chooses one of their own before anything else."""
    return _choose_page(request, session)


@router.post("/password")
def choose_password(request: Request, session: ChoosingWriter, form: Form) -> Response:
    """One's own password; one signs in with it at once."""
    service, now, new = request.app.state.service, one(form, "now")[:256], one(form, "new")[:256]
    if not session.password_set_by:
        return see_other("/me")
    try:
        desk.set_own_password(service, session.actor, now=now, new=new)
    except GongkaiError as error:
        return _choose_page(request, session, error)
    response = see_other("/sign-in?changed=1")
    take_cookie(response, service)
    return response


def _choose_page(request: Request, session: Session, error: GongkaiError | None = None) -> Response:
    if not session.password_set_by:
        return see_other("/me")
    csrf = csrf_token_of(request.cookies[cookie_name(request.app.state.service)])
    facts = {"person": session.actor, "by": session.password_set_by, "csrf": csrf, "error": error}
    # Drawn as for nobody: no other page is open to them yet.
    return page(request, "password.html", status=status_of(error) if error else 200, **facts)


@router.post("/language")
def language(request: Request, form: Form) -> Response:
    """Switch the language of the pages in this browser; nothing else depends on it."""
    chosen = one(form, "language")
    wanted = one(form, "next", "/inbox")
    response = see_other("/sign-in" if wanted.startswith("/sign-in") else local_path(wanted))
    if chosen in LANGUAGES and same_site(request):
        secure = is_secure(request.app.state.service)
        response.set_cookie(COOKIE, chosen, max_age=_A_YEAR, httponly=True, secure=secure, samesite="lax")
    return response


def _page(
    request: Request,
    *,
    next_: str,
    username: str = "",
    error: GongkaiError | None = None,
    changed: bool = False,
) -> Response:
    status = status_of(error) if error else 200
    facts = {"next": next_, "username": username, "error": error, "changed": changed}
    return page(request, "sign_in.html", status=status, **facts)


def same_site(request: Request) -> bool:
    """Whether the browser says that the form was on a page of ours; old browsers and scripts say nothing."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
