"""Personal tokens for scripts: shown once, stored hashed, with an expiry, revocable."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, text

from engine.actor import TOKEN_CHANNEL, Actor, about_holdings
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from models.statement import Statement
from rules.errors import GongkaiError, InvalidInput, Kind, NotAllowed, NotSignedIn, Said

MAX_DAYS = 365
PREFIX = "gongkai_"  # so that a leaked token can be recognised

# Held until the token is stored: a password set meanwhile waits for it and then revokes it too.
_HOLD_PERSON = text("SELECT id FROM person WHERE id = :person AND active FOR SHARE")
_SESSION_LIVES = text(
    "SELECT 1 FROM auth_session WHERE token_hash = :hash AND person_id = :person AND expires_at > :now"
)
_INSERT = text(
    "INSERT INTO access_token (token_hash, person_id, name, created_at, expires_at)"
    " VALUES (:hash, :person, :name, :now, :expires_at) RETURNING id"
)
_LIST = text(
    "SELECT id, name, created_at, expires_at, revoked_at FROM access_token"
    " WHERE person_id = :person ORDER BY id"
)
_REVOKE = text(
    "UPDATE access_token SET revoked_at = :now WHERE id = :id AND person_id = :person AND revoked_at IS NULL"
    " RETURNING name"
)
_TOKEN = Statement(
    about_holdings(
        """
    SELECT p.id, p.username, p.name, h.position, h.unit_id, t.scope
      FROM access_token t
      JOIN person p ON p.id = t.person_id AND p.active
      LEFT JOIN holding h ON h.person_id = p.id
       AND {in_force}
     WHERE t.token_hash = :hash AND t.revoked_at IS NULL AND t.expires_at > :now
    """
    )
)


class TokenNotFound(GongkaiError):
    """No such token of this person, or revoked before."""

    kind = Kind.NOT_FOUND
    zh = Said("没有找到令牌{token}", "编号不存在、不属于您或已撤销", "请在令牌列表中查看编号")
    en = Said("Token {token} was not found", "It is unknown, not yours or revoked", "See your tokens")


@dataclass(frozen=True)
class PersonalToken:
    """A token as it is listed: never its secret."""

    id: int
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class NewToken:
    """A token just made; ``secret`` is shown this once."""

    id: int
    name: str
    secret: str
    expires_at: datetime


def create_token(
    service: Service, actor: Actor, *, name: str, days: int, session_token: str | None = None
) -> NewToken:
    """Make a token of one's own that lasts ``days``; ``session_token`` is the session it is made in, if any.

    Raises:
        NotAllowed: made with a token; InvalidInput: longer than a year, or no name;
        NotSignedIn: the session or the account ended meanwhile.
    """
    _own(actor)
    if not 1 <= days <= MAX_DAYS:
        raise _invalid("days", f"须为1至{MAX_DAYS}天", f"it must be 1 to {MAX_DAYS} days")
    if not name.strip() or len(name) > 60 or not name.isprintable():
        raise _invalid("name", "须为1至60个字的一行文字", "it must be one line of 1 to 60 characters")
    secret, now = PREFIX + secrets.token_urlsafe(32), service.machine_now
    expires_at = now + timedelta(days=days)
    with service.database.begin() as connection:
        _require_still_signed_in(connection, actor, session_token, now)
        made = {"hash": digest_of_secret(secret), "person": actor.person_id, "name": name, "now": now}
        token_id = connection.execute(_INSERT, {**made, "expires_at": expires_at}).scalar_one()
        told = {"token": token_id, "expires_at": expires_at.isoformat()}
        _note(connection, service, actor, "token-created", told)
    return NewToken(token_id, name, secret, expires_at)


def list_tokens(service: Service, actor: Actor) -> list[PersonalToken]:
    """One's own tokens, also those that ended."""
    _own(actor, changing=False)
    with service.read() as connection:
        rows = connection.execute(_LIST, {"person": actor.person_id})
        return [PersonalToken(*row) for row in rows]


def revoke_token(service: Service, actor: Actor, token_id: int) -> None:
    """End a token of one's own.

    Raises:
        TokenNotFound: not one's own, or revoked before.
    """
    _own(actor)
    found = {"id": token_id, "person": actor.person_id, "now": service.machine_now}
    with service.database.begin() as connection:
        if connection.execute(_REVOKE, found).scalar() is None:
            raise TokenNotFound(where="token", token=token_id)
        _note(connection, service, actor, "token-revoked", {"token": token_id})


def actor_of_token(service: Service, secret: str, *, scope: str = "") -> Actor:
    """Who is behind a token, with the positions held today: one statement.

    Args:
        scope: what is asked for; a token made for one thing alone opens nothing else.

    Raises:
        NotSignedIn: unknown, revoked or expired.
        NotAllowed: it was made for something else.
    """
    found = {"hash": digest_of_secret(secret), "now": service.machine_now, "today": service.today}
    with service.read() as connection:
        rows = _TOKEN.run(connection, found)
    if not rows:
        raise NotSignedIn(where="token")
    if rows[0].scope not in ("", scope):
        raise NotAllowed(
            where="token",
            act_zh="用该令牌办理",
            act_en="do this with that token",
            why_zh="该令牌仅供上级读取年度数据",
            why_en="it is for the superior's yearly figures alone",
            todo_zh="请使用本人的令牌",
            todo_en="Use a token of your own",
        )
    held = frozenset((row.position, row.unit_id) for row in rows if row.position)
    return Actor(rows[0].id, rows[0].username, rows[0].name, TOKEN_CHANNEL, held)


def _own(actor: Actor, *, changing: bool = True) -> None:
    permit(actor, Act.MANAGE_OWN_TOKENS, Facts(where="tokens", about_person_id=actor.person_id))
    if changing and actor.channel == TOKEN_CHANNEL:
        # A leaked token must not be able to outlive itself.
        raise NotAllowed(
            where="tokens",
            act_zh="用令牌管理令牌",
            act_en="manage tokens with a token",
            why_zh="新建和撤销令牌须以密码登录",
            why_en="making and revoking tokens needs a session",
            todo_zh="请登录后再操作",
            todo_en="Sign in first",
        )


def _require_still_signed_in(
    connection: Connection, actor: Actor, session_token: str | None, now: datetime
) -> None:
    """A reset or deactivation since the caller was looked up must not be outlived by the new token."""
    if connection.execute(_HOLD_PERSON, {"person": actor.person_id}).scalar() is None:
        raise NotSignedIn(where="session")
    if session_token is None:
        return
    found = {"hash": digest_of_secret(session_token), "person": actor.person_id, "now": now}
    if connection.execute(_SESSION_LIVES, found).scalar() is None:
        raise NotSignedIn(where="session")


def _invalid(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(where="tokens", field=field, why_zh=zh, why_en=en)


def _note(connection: Any, service: Service, actor: Actor, action: str, data: dict[str, Any]) -> None:
    entry = {"at": service.now, "actor": actor.username, "channel": actor.channel, "data": data}
    append_to_organ(connection, action, **entry)


def digest_of_secret(secret: str) -> str:
    """What is stored of a secret."""
    return sha256(secret.encode(errors="replace")).hexdigest()
