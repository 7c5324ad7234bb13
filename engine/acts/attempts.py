"""How often a password may be tried: guessing slows down, and nobody can slow down somebody else.

A browser in which that person signed in before is counted by itself. Everybody else is counted by user name
and network, and more loosely by user name alone, so that many networks together are not free either.
**Why so**: docs/decisions/0007-signing-in.md.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Connection, text

from engine.service import Service
from rules.errors import TooManyAttempts

FREE_ATTEMPTS = 5
"""Failures from one place before it has to wait: 1 minute, 2, 4 … 64. Forgotten after a day."""

FREE_PER_NAME = 50
"""Failures of one user name from all unknown browsers together before these have to wait."""

_FORGOTTEN_AFTER = timedelta(days=1)

# Counted before the password is looked at, so that guesses sent at once are counted one after the other.
_COUNT = text(
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
_FORGET = text("DELETE FROM sign_in_failure WHERE username = ANY(:keys) OR last_at < :forgotten")
_FORGET_PERSON = text("DELETE FROM sign_in_failure WHERE split_part(username, ' ', 1) = :username")


@dataclass(frozen=True)
class Visitor:
    """From where someone signs in: the network, and the device key an earlier sign-in left, if any."""

    network: str = "local"
    device_key: str = ""


ON_THE_SERVER = Visitor()
"""Whoever signs in without a request: commands and tests."""


@dataclass(frozen=True)
class Counter:
    """One count of failures: its key in the table, and how many are free."""

    key: str
    free: int
    of: str


@dataclass(frozen=True)
class Attempt:
    """A counted attempt. ``exhausted``: the counts whose last free attempt it was."""

    keys: tuple[str, ...]
    exhausted: tuple[str, ...]


def count_attempt(service: Service, username: str, password_hash: str | None, visitor: Visitor) -> Attempt:
    """Count an attempt before it is made; ``password_hash`` is ``None`` for an unknown name.

    Raises:
        TooManyAttempts: this place, or this name from unknown browsers, has to wait.
    """
    counters = _counters(username, password_hash, visitor)
    exhausted = tuple(counter.of for counter in counters if _count(service, counter) == counter.free)
    return Attempt(tuple(counter.key for counter in counters), exhausted)


def forget_attempts(connection: Connection, service: Service, attempt: Attempt) -> None:
    """The password was right: what was counted on the way to it, and what is old, is forgotten."""
    given = {"keys": list(attempt.keys), "forgotten": service.machine_now - _FORGOTTEN_AFTER}
    connection.execute(_FORGET, given)


def forget_attempts_of(connection: Connection, username: str) -> None:
    """A new password begins with a clean count."""
    connection.execute(_FORGET_PERSON, {"username": username})


def new_device_key(username: str, password_hash: str) -> str:
    """What a browser keeps to be known again.

    It is signed with the password's salted hash: no further secret to keep, and a new password makes every
    browser unknown.
    """
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_signature(nonce, username, password_hash)}"


def knows_device(username: str, password_hash: str, device_key: str) -> bool:
    """Whether that person signed in with this very browser under the present password."""
    nonce, _, signature = device_key.partition(".")
    expected = _signature(nonce, username, password_hash)
    # An empty hash is public knowledge and would let anybody sign.
    return bool(password_hash) and hmac.compare_digest(signature.encode(errors="replace"), expected.encode())


def _signature(nonce: str, username: str, password_hash: str) -> str:
    said = f"device {username} {nonce}".encode(errors="replace")
    return hmac.new(password_hash.encode(), said, sha256).hexdigest()


def _counters(username: str, password_hash: str | None, visitor: Visitor) -> tuple[Counter, ...]:
    if password_hash and knows_device(username, password_hash, visitor.device_key):
        device = sha256(visitor.device_key.encode()).hexdigest()[:16]
        return (Counter(f"{username} {device}", FREE_ATTEMPTS, "browser"),)
    name = username if password_hash is not None else _bucket(username)
    # The narrow count first: whoever has to wait there does not use up what the name has.
    return (
        Counter(f"{name} {visitor.network}", FREE_ATTEMPTS, "network"),
        Counter(name, FREE_PER_NAME, "name"),
    )


def _count(service: Service, counter: Counter) -> int:
    now = service.machine_now
    arguments = {"key": counter.key, "now": now, "free": counter.free, "forgotten": now - _FORGOTTEN_AFTER}
    with service.read() as connection:
        counted = connection.execute(_COUNT, arguments).scalar()
        if counted is not None:
            return int(counted)
        waiting = connection.execute(_WAITING_SINCE, {"key": counter.key}).one_or_none()
    if waiting is None:  # somebody just signed in: forgotten
        return 1
    until = waiting.last_at + timedelta(minutes=2 ** min(waiting.failures - counter.free, 6))
    minutes = max(1, -(-int((until - now).total_seconds()) // 60))
    raise TooManyAttempts(where="username", minutes=minutes)


def _bucket(username: str) -> str:
    # Unknown names share 4096 rows: the table cannot be filled, and a password typed as a name is not kept.
    return "?" + sha256(username.encode(errors="replace")).hexdigest()[:3]
