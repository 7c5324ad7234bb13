"""Who calls: a browser's session cookie with its CSRF token, or a script's bearer token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from engine.actor import Actor
from engine.acts.access import Session, SignedIn, actor_of_session, actor_of_token
from engine.acts.superior import SUPERIOR
from engine.service import Service
from rules.errors import NotSignedIn

_SAFE = ("GET", "HEAD")
_BEARER = HTTPBearer(auto_error=False, description="A personal token, from POST /api/v1/tokens")
_COOKIE = APIKeyCookie(
    name="gongkai",
    auto_error=False,
    description="The session cookie, from POST /api/v1/session (`__Host-gongkai` over https). "
    "Changes must carry the session's CSRF token in X-CSRF-Token",
)


def cookie_name(service: Service) -> str:
    """Bound to the host and to https where the portal is served by https."""
    return "__Host-gongkai" if is_secure(service) else "gongkai"


def is_secure(service: Service) -> bool:
    """Whether people reach the portal by https."""
    return service.settings.base_url.startswith("https://")


@dataclass(frozen=True)
class Caller:
    """The credentials a request came with; looked up when an endpoint asks, in its own thread.

    ``received_at`` is on the machine's clock: the door reads no other.
    """

    service: Service
    received_at: datetime
    safe: bool
    bearer: str | None
    cookie: str | None
    csrf: str

    def actor(self) -> Actor:
        """The person behind the request, in one statement.

        Raises:
            NotSignedIn: no valid credentials.
            OwnPasswordFirst: the password was set by another.
            RequestForged: a change made with a cookie but without the session's CSRF token.
        """
        if self.bearer is not None:
            return actor_of_token(self.service, self.bearer)
        return self.session().actor

    def superior(self) -> Actor:
        """The person behind a request for the yearly figures: the one thing a superior's token opens.

        Raises:
            NotSignedIn, NotAllowed.
        """
        return (
            self.actor() if self.bearer is None else actor_of_token(self.service, self.bearer, scope=SUPERIOR)
        )

    def session(self, *, choosing: bool = False) -> Session:
        """The browser session behind the request; ``choosing`` as in ``actor_of_session``.

        Raises:
            NotSignedIn, OwnPasswordFirst, RequestForged.
        """
        if self.cookie is None:
            raise NotSignedIn(where="session")
        session = actor_of_session(self.service, self.cookie, choosing=choosing)
        if not self.safe:
            session.require_csrf(self.csrf)
        return session


async def _caller(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    _documented: Annotated[str | None, Depends(_COOKIE)],
) -> Caller:
    service: Service = request.app.state.service
    return Caller(
        service=service,
        received_at=request.state.received_at,
        safe=request.method in _SAFE,
        bearer=bearer.credentials if bearer else None,
        cookie=request.cookies.get(cookie_name(service)),
        csrf=request.headers.get("X-CSRF-Token", ""),
    )


Who = Annotated[Caller, Depends(_caller)]
"""The parameter of every endpoint that needs a person. Only ``actor()`` or ``session()`` lets one in."""


def give_cookie(response: Response, service: Service, signed_in: SignedIn) -> None:
    """Hand the session to the browser: not to scripts, not to other sites."""
    response.set_cookie(
        cookie_name(service),
        signed_in.session_token,
        max_age=service.settings.session_hours * 3600,
        path="/",
        secure=is_secure(service),
        httponly=True,
        samesite="lax",  # a link in a mail must find the session; every change carries a token besides
    )


def take_cookie(response: Response, service: Service) -> None:
    """Make the browser forget the session."""
    response.delete_cookie(
        cookie_name(service), path="/", secure=is_secure(service), httponly=True, samesite="strict"
    )
