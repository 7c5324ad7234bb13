"""Passwords: set by a signed-in administrator or by the operator of the machine, kept as argon2 hashes."""

from datetime import datetime
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from sqlalchemy import Connection, text

from engine.actor import TOKEN_CHANNEL, Actor
from engine.acts.attempts import forget_attempts_of
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from engine.telling import tell_password_set
from rules.errors import InvalidInput, NotAllowed, UnknownPerson, WrongCredentials
from rules.positions import Position

MIN_LENGTH, MAX_LENGTH, MIN_DIFFERENT = 10, 256, 5

# Set by oneself it is one's own; the operator of the machine, who is no person, hands out first passwords.
_SET = text(
    "UPDATE person SET password_hash = :hash, password_set_by = NULLIF(NULLIF(:by, id), 0)"
    " WHERE username = :username AND active RETURNING id, password_set_by"
)
_HASH = text("SELECT password_hash FROM person WHERE id = :person AND active")
_CHANGE = text(
    "UPDATE person SET password_hash = :hash, password_set_by = NULL"
    " WHERE id = :person AND active AND password_hash = :before RETURNING id"
)
_END_SESSIONS = text("DELETE FROM auth_session WHERE person_id = :person")
_REVOKE_TOKENS = text(
    "UPDATE access_token SET revoked_at = :now WHERE person_id = :person AND revoked_at IS NULL"
)


def operator(account: str) -> Actor:
    """Whoever may run commands on the server stands as an administrator there: the first one has no other."""
    return Actor(0, f"operator:{account}", account, "cli", frozenset({(Position.ADMINISTRATOR.value, None)}))


def set_password(service: Service, actor: Actor, username: str, password: str) -> None:
    """Set someone's password. Their sessions end and their tokens are revoked: a reset often follows a leak.

    Whoever set another's password knows it, so it lets that person choose their own and do nothing else until
    then, and they are told; the entry in the organ's chain names both.

    Raises:
        NotAllowed: also with a token; UnknownPerson; InvalidInput: too weak.
    """
    permit(actor, Act.SET_PASSWORD, Facts(where=username))
    _refuse_tokens(actor, username)
    _require_strength(username, password)
    hashed = _hasher().hash(password)
    with service.database.begin() as connection:
        changed = {"hash": hashed, "username": username, "by": actor.person_id}
        row = connection.execute(_SET, changed).one_or_none()
        if row is None:
            raise UnknownPerson(where="username", username=username)
        end_access(connection, row.id, now=service.machine_now)
        forget_attempts_of(connection, username)
        entry = append_to_organ(
            connection,
            "password-set",
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            data={"person": username},
        )
        if row.password_set_by is not None:
            tell_password_set(connection, entry=entry, person=row.id, now=service.now)


def change_own_password(service: Service, actor: Actor, *, now: str, new: str) -> None:
    """Set one's own password, knowing the present one.

    Raises:
        WrongCredentials, InvalidInput: also for the present one again, which another may know.
    """
    _require_strength(actor.username, new)
    if new == now:
        raise _weak("须与现在的密码不同", "it must be another than the present one")
    with service.read() as connection:
        stored = connection.execute(_HASH, {"person": actor.person_id}).scalar() or ""
    if not verify_password(now, stored):
        raise WrongCredentials(where="password")
    hashed = _hasher().hash(new)
    with service.database.begin() as connection:
        changed = connection.execute(
            _CHANGE, {"hash": hashed, "person": actor.person_id, "before": stored}
        ).scalar()
        if changed is None:  # reset by the administrator meanwhile
            raise WrongCredentials(where="password")
        end_access(connection, actor.person_id, now=service.machine_now)
        append_to_organ(
            connection, "password-changed", at=service.now, actor=actor.username, channel=actor.channel
        )


def end_access(connection: Connection, person_id: int, *, now: datetime) -> None:
    """End every session and revoke every token of a person whose row this transaction has changed."""
    connection.execute(_END_SESSIONS, {"person": person_id})
    connection.execute(_REVOKE_TOKENS, {"person": person_id, "now": now})


def verify_password(password: str, stored: str) -> bool:
    """Whether the password fits. An empty or foreign hash costs the same work and never fits."""
    try:
        fits = _hasher().verify(password[:MAX_LENGTH], stored or _nobodys_hash())
    except UnknownHashError:
        fits = _hasher().verify(password[:MAX_LENGTH], _nobodys_hash())
        return False
    return fits and bool(stored)


def _refuse_tokens(actor: Actor, username: str) -> None:
    # A token lies in a script's configuration: leaked, it must not be able to take over any account.
    if actor.channel == TOKEN_CHANNEL:
        raise NotAllowed(
            where=username,
            act_zh="用令牌设置密码",
            act_en="set a password with a token",
            why_zh="设置他人密码须以密码登录",
            why_en="setting another's password needs a session",
            todo_zh="请登录后再操作，或在服务器上运行 gongkai people password",
            todo_en="Sign in first, or run gongkai people password on the server",
        )


def _require_strength(username: str, password: str) -> None:
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise _weak(
            f"须为{MIN_LENGTH}至{MAX_LENGTH}个字符", f"it has {MIN_LENGTH} to {MAX_LENGTH} characters"
        )
    if len(set(password)) < MIN_DIFFERENT:
        raise _weak(
            f"须含至少{MIN_DIFFERENT}个不同字符",
            f"it has at least {MIN_DIFFERENT} different characters",
        )
    if not password.isprintable():
        raise _weak("不得含控制字符", "it must not contain control characters")
    if username.lower() in password.lower():
        raise _weak("不得包含用户名", "it must not contain the user name")
    if password.isdigit():
        raise _weak("不得全为数字", "it must not consist of digits only")


def _weak(zh: str, en: str) -> InvalidInput:
    return InvalidInput(where="password", field="password", why_zh=zh, why_en=en)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("the password of nobody")
