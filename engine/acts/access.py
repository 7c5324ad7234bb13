"""Signing in and who is behind a session. Secrets are kept only as SHA-256; every act leaves a trace.

Personal tokens are in ``tokens``, passwords in ``passwords``, how often one may guess in ``attempts``; this
module is the door to all of them.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, text

from engine.actor import Actor, about_holdings
from engine.acts.attempts import (
    ON_THE_SERVER,
    Attempt,
    Visitor,
    count_attempt,
    forget_attempts,
    knows_device,
    new_device_key,
)
from engine.acts.passwords import operator, set_password, verify_password
from engine.acts.tokens import TokenNotFound, actor_of_token, create_token, list_tokens, revoke_token
from engine.ledger import append_to_organ
from engine.service import Service
from models.statement import Statement
from rules.errors import NotSignedIn, OwnPasswordFirst, RequestForged, WrongCredentials

_PERSON = text("SELECT id, username, name, password_hash FROM person WHERE username = :username AND active")
# Held until the session is stored: a password set meanwhile waits for it and then ends it too.
_STILL_THE_SAME = text(
    "SELECT id FROM person WHERE id = :id AND active AND password_hash = :password_hash FOR SHARE"
)

_START_SESSION = text(
    "INSERT INTO auth_session (token_hash, csrf_hash, person_id, created_at, expires_at)"
    " VALUES (:token_hash, :csrf_hash, :person, :now, :expires_at)"
)
_END_SESSIONS = text("DELETE FROM auth_session WHERE token_hash = :token_hash OR expires_at <= :now")

_SESSION = Statement(
    about_holdings(
        """
    SELECT s.csrf_hash, s.expires_at, p.id, p.username, p.name, h.position, h.unit_id,
           (SELECT b.name FROM person b WHERE b.id = p.password_set_by) AS password_set_by
      FROM auth_session s
      JOIN person p ON p.id = s.person_id AND p.active
      LEFT JOIN holding h ON h.person_id = p.id
       AND {in_force}
     WHERE s.token_hash = :token_hash AND s.expires_at > :now
    """
    )
)


@dataclass(frozen=True)
class SignedIn:
    """A new session: its two secrets exist here and with the person, nowhere else.

    ``device_key`` outlives it: the browser shows it at the next sign-in, to be known.
    """

    username: str
    name: str
    session_token: str
    csrf_token: str
    expires_at: datetime
    device_key: str


@dataclass(frozen=True)
class Session:
    """A live session: who is behind it, and what its CSRF token must hash to.

    ``password_set_by``: who set the password it was opened with; empty: it is the person's own.
    """

    actor: Actor
    csrf_hash: str
    expires_at: datetime
    password_set_by: str = ""

    def require_csrf(self, presented: str) -> None:
        """A change made with a cookie must carry the session's CSRF token.

        Raises:
            RequestForged: it is missing or another session's.
        """
        if not hmac.compare_digest(_digest(presented), self.csrf_hash):
            raise RequestForged(where="X-CSRF-Token")


def sign_in(
    service: Service,
    username: str,
    password: str,
    *,
    channel: str = "api",
    replaces: str | None = None,
    visitor: Visitor = ON_THE_SERVER,
) -> SignedIn:
    """Open a session; ``replaces`` is the session the browser came with, which ends.

    Raises:
        WrongCredentials: also for an unknown name, after the same work.
        TooManyAttempts: this visitor has to wait.
    """
    person = _find(service, username)
    attempt = count_attempt(service, username, person.password_hash if person else None, visitor)
    if not verify_password(password, person.password_hash if person else ""):
        if person and attempt.exhausted:
            _note(service, "sign-in-paused", person.username, channel, of=attempt.exhausted[0])
        raise WrongCredentials(where="username")
    assert person is not None  # only a stored hash can match
    session = _open_session(service, person, channel, replaces, attempt)
    if knows_device(person.username, person.password_hash, visitor.device_key):
        return replace(session, device_key=visitor.device_key)
    return session


def is_known_browser(service: Service, username: str, visitor: Visitor) -> bool:
    """Whether that person signed in before in this browser."""
    person = _find(service, username) if visitor.device_key else None
    return person is not None and knows_device(person.username, person.password_hash, visitor.device_key)


def sign_out(service: Service, session_token: str) -> None:
    """End a session.

    Raises:
        NotSignedIn: it had ended before.
    """
    actor = actor_of_session(service, session_token, choosing=True).actor
    with service.database.begin() as connection:
        connection.execute(_END_SESSIONS, {"token_hash": _digest(session_token), "now": service.machine_now})
        append_to_organ(connection, "signed-out", at=service.now, actor=actor.username, channel=actor.channel)


def actor_of_session(service: Service, session_token: str, *, choosing: bool = False) -> Session:
    """Who is behind a session, with the positions held today: one statement, it is on every request's path.

    Args:
        choosing: where one chooses a password or signs out, somebody who has to choose is let in too.

    Raises:
        NotSignedIn: no such session, or it expired.
        OwnPasswordFirst: the password was set by another.
    """
    found = {"token_hash": _digest(session_token), "now": service.machine_now, "today": service.today}
    with service.read() as connection:
        rows = _SESSION.run(connection, found)
    if not rows:
        raise NotSignedIn(where="session")
    first = rows[0]
    if first.password_set_by and not choosing:
        raise OwnPasswordFirst(where="password", by=first.password_set_by)
    held = frozenset((row.position, row.unit_id) for row in rows if row.position)
    actor = Actor(first.id, first.username, first.name, "api", held)
    return Session(actor, first.csrf_hash, first.expires_at, first.password_set_by or "")


def csrf_token_of(session_token: str) -> str:
    """The CSRF token of a session: derived, so that a reloaded page can be told it again."""
    return hmac.new(session_token.encode(), b"csrf", sha256).hexdigest()


def _find(service: Service, username: str) -> Row[Any] | None:
    plausible = username if username.isprintable() and len(username) <= 64 else ""
    with service.read() as connection:
        return connection.execute(_PERSON, {"username": plausible}).one_or_none()


def _open_session(
    service: Service, person: Row[Any], channel: str, replaces: str | None, attempt: Attempt
) -> SignedIn:
    now, token = service.machine_now, secrets.token_urlsafe(32)
    csrf, expires_at = csrf_token_of(token), now + timedelta(hours=service.settings.session_hours)
    with service.database.begin() as connection:
        same = {"id": person.id, "password_hash": person.password_hash}
        if connection.execute(_STILL_THE_SAME, same).scalar() is None:
            raise WrongCredentials(where="username")  # reset, or deactivated, while it was checked
        forget_attempts(connection, service, attempt)
        connection.execute(_END_SESSIONS, {"token_hash": _digest(replaces or ""), "now": now})
        connection.execute(
            _START_SESSION,
            {
                "token_hash": _digest(token),
                "csrf_hash": _digest(csrf),
                "person": person.id,
                "now": now,
                "expires_at": expires_at,
            },
        )
        append_to_organ(connection, "signed-in", at=service.now, actor=person.username, channel=channel)
    device_key = new_device_key(person.username, person.password_hash)
    return SignedIn(person.username, person.name, token, csrf, expires_at, device_key)


def _note(service: Service, action: str, username: str, channel: str, **data: str) -> None:
    with service.database.begin() as connection:
        append_to_organ(connection, action, at=service.now, actor=username, channel=channel, data=data)


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()


__all__ = [
    "Session",
    "SignedIn",
    "TokenNotFound",
    "Visitor",
    "actor_of_session",
    "actor_of_token",
    "create_token",
    "csrf_token_of",
    "is_known_browser",
    "list_tokens",
    "operator",
    "revoke_token",
    "set_password",
    "sign_in",
    "sign_out",
]
