"""Who is at a page: the session of the browser's cookie, or a way to the sign-in page and back."""

import hmac
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from fastapi import Depends, Request
from starlette.responses import RedirectResponse

from engine.acts.access import Session, actor_of_session, csrf_token_of
from engine.service import Service
from portal.caller import cookie_name
from portal.errors import MalformedRequest
from rules.errors import NotSignedIn, RequestForged


class SignInFirst(Exception):
    """The page needs a person; ``path`` is where to come back to."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def to_sign_in(_request: Request, error: Exception) -> RedirectResponse:
    """The answer to a page asked for without a session."""
    assert isinstance(error, SignInFirst)
    return RedirectResponse(f"/sign-in?next={quote(error.path, safe='')}", 303)


def _session(request: Request, *, choosing: bool = False) -> Session:
    service: Service = request.app.state.service
    cookie = request.cookies.get(cookie_name(service))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = path if request.method == "GET" else "/inbox"
    if cookie is None:
        raise SignInFirst(back)
    try:
        return actor_of_session(service, cookie, choosing=choosing)
    except NotSignedIn:
        raise SignInFirst(back) from None


def _reader(request: Request) -> Session:
    return _session(request)


def _choosing_reader(request: Request) -> Session:
    return _session(request, choosing=True)


Reader = Annotated[Session, Depends(_reader)]
"""The person reading a page. A change needs ``Writer``."""

ChoosingReader = Annotated[Session, Depends(_choosing_reader)]
"""The same, also when the password was set by another and none of their own is chosen yet."""


def _anybody(request: Request) -> Session | None:
    try:
        return _session(request)
    except SignInFirst:
        return None


Anybody = Annotated[Session | None, Depends(_anybody)]
"""Whoever reads a page that says something to those who are not signed in too."""

Fields = dict[str, list[str]]
MOST_FIELDS = 500


async def _form(request: Request) -> Fields:
    body = (await request.body()).decode("utf-8", errors="replace")
    fields: Fields = {}
    try:
        posted = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedRequest(where="body", why_zh="字段过多", why_en="it has too many fields") from None
    for name, value in posted:
        if "\x00" in name + value:  # no form field can hold it, and no database text
            raise MalformedRequest(where="body", why_zh="含有空字符", why_en="it contains a null character")
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return fields


Form = Annotated[Fields, Depends(_form)]


def _writer(request: Request, session: Reader, form: Form) -> Session:
    return _meant(request, session, form)


def _choosing_writer(request: Request, session: ChoosingReader, form: Form) -> Session:
    return _meant(request, session, form)


def _meant(request: Request, session: Session, form: Fields) -> Session:
    token = request.cookies.get(cookie_name(request.app.state.service), "")
    if not hmac.compare_digest(csrf_token_of(token), one(form, "csrf")):
        raise RequestForged(where="csrf")
    return session


Writer = Annotated[Session, Depends(_writer)]
"""The person posting a form that carries the session's CSRF token."""

ChoosingWriter = Annotated[Session, Depends(_choosing_writer)]
"""The same, also when the password was set by another: to choose one's own, or to sign out."""


def one(form: Fields, name: str, default: str = "") -> str:
    """A field's only value."""
    values: list[Any] = form.get(name, [])
    return str(values[-1]) if values else default
