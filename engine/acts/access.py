"""Signing in and who is behind a session. Secrets are kept only as SHA-256; every act leaves a trace.

Personal tokens are in ``tokens``, passwords in ``passwords``; this module is the door to all three.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, text

from engine.actor import Actor
from engine.acts.passwords import operator, set_password, verify_password
from engine.acts.tokens import TokenNotFound, actor_of_token, create_token, list_tokens, revoke_token
from engine.ledger import append_to_organ
from engine.service import Service
from models.statement import Statement
from rules.errors import NotSignedIn, RequestForged, TooManyAttempts, WrongCredentials

FREE_ATTEMPTS = 5
"""Failures of one user name before it has to wait: 1 minute, 2, 4 … 64. Forgotten after a day."""

_PERSON = text("SELECT id, username, name, password_hash FROM person WHERE username = :username AND active")
# Held until the session is stored: a password set meanwhile waits for it and then ends it too.
_STILL_THE_SAME = text(
    "SELECT id FROM person WHERE id = :id AND active AND password_hash = :password_hash FOR SHARE"
)

# Counted before the password is looked at, so that guesses sent at once are counted one after the other.
_COUNT_ATTEMPT = text(
    """
    INSERT INTO sign_in_failure AS f (username, failures, last_at) VALUES (:key, 1, :now)
    ON CONFLICT (username) DO UPDATE
       SET failures = CASE WHEN f.last_at < :forgotten THEN 1 ELSE f.failures + 1 END, last_at = :now
     WHERE f.failures < :free
        OR f.last_at + make_interval(mins => (2 ^ least(f.failures - :free, 6))::int) <= :now
    RETURNING failures
    """
)
_WAITING_SINCE = text("SELECT failures, last_at FROM sign_in_failure WHERE username = :key")
_FORGET_FAILURES = text("DELETE FROM sign_in_failure WHERE username = :key OR last_at < :forgotten")
_START_SESSION = text(
    "INSERT INTO auth_session (token_hash, csrf_hash, person_id, created_at, expires_at)"
    " VALUES (:token_hash, :csrf_hash, :person, :now, :expires_at)"
)
_END_SESSIONS = text("DELETE FROM auth_session WHERE token_hash = :token_hash OR expires_at <= :now")

_SESSION = Statement(
    text(
        """
    SELECT s.csrf_hash, s.expires_at, p.id, p.username, p.name, h.position, h.unit_id
      FROM auth_session s
      JOIN person p ON p.id = s.person_id AND p.active
      LEFT JOIN holding h ON h.person_id = p.id
       AND (h.since IS NULL OR h.since <= :today) AND (h.until IS NULL OR h.until >= :today)
     WHERE s.token_hash = :token_hash AND s.expires_at > :now
    """
    )
)


@dataclass(frozen=True)
class SignedIn:
    """A new session: its two secrets exist here and with the person, nowhere else."""

    username: str
    name: str
    session_token: str
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True)
class Session:
    """A live session: who is behind it, and what its CSRF token must hash to."""

    actor: Actor
    csrf_hash: str
    expires_at: datetime

    def require_csrf(self, presented: str) -> None:
        """A change made with a cookie must carry the session's CSRF token.

        Raises:
            RequestForged: it is missing or another session's.
        """
        if not hmac.compare_digest(_digest(presented), self.csrf_hash):
            raise RequestForged(where="X-CSRF-Token")


def sign_in(
    service: Service, username: str, password: str, *, channel: str = "api", replaces: str | None = None
) -> SignedIn:
    """Open a session; ``replaces`` is the session the browser came with, which ends.

    Raises:
        WrongCredentials: also for an unknown name, after the same work.
        TooManyAttempts: the name has to wait.
    """
    with service.read() as connection:
        person = connection.execute(_PERSON, {"username": _plausible(username)}).one_or_none()
    key = person.username if person else _bucket(username)
    attempt = _count_attempt(service, key)
    if not verify_password(password, person.password_hash if person else ""):
        if person and attempt == FREE_ATTEMPTS:
            _note(service, "sign-in-paused", person.username, channel)
        raise WrongCredentials(where="username")
    assert person is not None  # only a stored hash can match
    return _open_session(service, person, channel, replaces)


def sign_out(service: Service, session_token: str) -> None:
    """End a session.

    Raises:
        NotSignedIn: it had ended before.
    """
    actor = actor_of_session(service, session_token).actor
    with service.database.begin() as connection:
        connection.execute(_END_SESSIONS, {"token_hash": _digest(session_token), "now": service.now})
        append_to_organ(connection, "signed-out", at=service.now, actor=actor.username, channel=actor.channel)


def actor_of_session(service: Service, session_token: str) -> Session:
    """Who is behind a session, with the positions held today: one statement, it is on every request's path.

    Raises:
        NotSignedIn: no such session, or it expired.
    """
    found = {"token_hash": _digest(session_token), "now": service.now, "today": service.today}
    with service.read() as connection:
        rows = _SESSION.run(connection, found)
    if not rows:
        raise NotSignedIn(where="session")
    first = rows[0]
    held = frozenset((row.position, row.unit_id) for row in rows if row.position)
    actor = Actor(first.id, first.username, first.name, "api", held)
    return Session(actor, first.csrf_hash, first.expires_at)


def csrf_token_of(session_token: str) -> str:
    """The CSRF token of a session: derived, so that a reloaded page can be told it again."""
    return hmac.new(session_token.encode(), b"csrf", sha256).hexdigest()


def _count_attempt(service: Service, key: str) -> int:
    now, forgotten = service.now, service.now - timedelta(days=1)
    arguments = {"key": key, "now": now, "forgotten": forgotten, "free": FREE_ATTEMPTS}
    with service.read() as connection:
        counted = connection.execute(_COUNT_ATTEMPT, arguments).scalar()
        if counted is not None:
            return int(counted)
        waiting = connection.execute(_WAITING_SINCE, {"key": key}).one()
    until = waiting.last_at + timedelta(minutes=2 ** min(waiting.failures - FREE_ATTEMPTS, 6))
    minutes = max(1, -(-int((until - now).total_seconds()) // 60))
    raise TooManyAttempts(where="username", minutes=minutes)


def _open_session(service: Service, person: Row[Any], channel: str, replaces: str | None) -> SignedIn:
    now, token = service.now, secrets.token_urlsafe(32)
    csrf, expires_at = csrf_token_of(token), now + timedelta(hours=service.settings.session_hours)
    with service.database.begin() as connection:
        same = {"id": person.id, "password_hash": person.password_hash}
        if connection.execute(_STILL_THE_SAME, same).scalar() is None:
            raise WrongCredentials(where="username")  # reset, or deactivated, while it was checked
        connection.execute(_FORGET_FAILURES, {"key": person.username, "forgotten": now - timedelta(days=1)})
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
        append_to_organ(connection, "signed-in", at=now, actor=person.username, channel=channel)
    return SignedIn(person.username, person.name, token, csrf, expires_at)


def _note(service: Service, action: str, username: str, channel: str) -> None:
    with service.database.begin() as connection:
        append_to_organ(connection, action, at=service.now, actor=username, channel=channel)


def _plausible(username: str) -> str:
    return username if username.isprintable() and len(username) <= 64 else ""


def _bucket(username: str) -> str:
    # Unknown names share 4096 rows: the table cannot be filled, and a password typed as a name is not kept.
    return "?" + _digest(username)[:3]


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()


__all__ = [
    "Session",
    "SignedIn",
    "TokenNotFound",
    "actor_of_session",
    "actor_of_token",
    "create_token",
    "csrf_token_of",
    "list_tokens",
    "operator",
    "revoke_token",
    "set_password",
    "sign_in",
    "sign_out",
]
