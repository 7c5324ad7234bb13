"""The superior's read-only access 上级读取: a token for the yearly figures alone, each use in the ledger."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from engine.actor import Actor
from engine.acts.tokens import MAX_DAYS, PREFIX, NewToken, TokenNotFound, digest_of_secret
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.reading.superior import YearForSuperior, read_year
from engine.service import Service
from rules.errors import InvalidInput
from rules.positions import Position

SUPERIOR = "superior"
"""The scope of such a token."""

_INSERT = text(
    "INSERT INTO access_token (token_hash, person_id, name, scope, created_at, expires_at)"
    " VALUES (:hash, :person, :name, :scope, :now, :expires_at) RETURNING id"
)
_LIST = text(
    "SELECT t.id, p.username, t.name, t.created_at, t.expires_at, t.revoked_at FROM access_token t"
    " JOIN person p ON p.id = t.person_id WHERE t.scope = :scope ORDER BY t.id"
)
_REVOKE = text(
    "UPDATE access_token SET revoked_at = :now WHERE id = :id AND scope = :scope AND revoked_at IS NULL"
    " RETURNING id"
)


@dataclass(frozen=True)
class SuperiorToken:
    """A token as it is listed: never its secret."""

    id: int
    username: str
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def give_superior_token(
    service: Service, actor: Actor, username: str, *, days: int, name: str = "年度数据"
) -> NewToken:
    """A token for somebody of the superior authority; its secret is shown this once.

    Raises:
        NotAllowed: the actor is no administrator; UnknownPerson;
        InvalidInput: they hold no post there, or longer than a year.
    """
    permit(actor, Act.GIVE_SUPERIOR_TOKEN, Facts(where=username))
    person = service.actor(username, channel=actor.channel)
    if not person.holds(Position.SUPERIOR):
        zh, en = f"{person.name}不担任{Position.SUPERIOR.chinese}岗位", f"{username} holds no post there"
        raise InvalidInput(where=username, field="username", why_zh=zh, why_en=en)
    if not 1 <= days <= MAX_DAYS:
        zh, en = f"须为1至{MAX_DAYS}天", f"it must be 1 to {MAX_DAYS} days"
        raise InvalidInput(where=username, field="days", why_zh=zh, why_en=en)
    secret, now = PREFIX + secrets.token_urlsafe(32), service.machine_now
    expires_at = now + timedelta(days=days)
    with service.database.begin() as connection:
        made = {"hash": digest_of_secret(secret), "person": person.person_id, "name": name, "now": now}
        token = connection.execute(
            _INSERT, {**made, "scope": SUPERIOR, "expires_at": expires_at}
        ).scalar_one()
        told = {"token": token, "for": username, "expires_at": expires_at.isoformat()}
        append_to_organ(
            connection,
            "superior-token-given",
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            data=told,
        )
    return NewToken(token, name, secret, expires_at)


def list_superior_tokens(service: Service, actor: Actor) -> list[SuperiorToken]:
    """All that were given, also those that ended."""
    permit(actor, Act.GIVE_SUPERIOR_TOKEN)
    with service.read() as connection:
        return [SuperiorToken(*row) for row in connection.execute(_LIST, {"scope": SUPERIOR})]


def revoke_superior_token(service: Service, actor: Actor, token: int) -> None:
    """End one at once.

    Raises:
        NotAllowed; TokenNotFound: none of that number, or revoked before.
    """
    permit(actor, Act.GIVE_SUPERIOR_TOKEN)
    with service.database.begin() as connection:
        found = {"id": token, "scope": SUPERIOR, "now": service.machine_now}
        if connection.execute(_REVOKE, found).scalar() is None:
            raise TokenNotFound(where="token", token=token)
        append_to_organ(
            connection,
            "superior-token-revoked",
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            data={"token": token},
        )


def read_for_superior(service: Service, actor: Actor, year: int) -> YearForSuperior:
    """The yearly figures and registers; the reading itself is written down.

    Raises:
        NotAllowed: the actor holds no post of the superior authority.
    """
    permit(actor, Act.READ_SUPERIOR, Facts(where=str(year)))
    told = read_year(service, year)
    with service.database.begin() as connection:
        append_to_organ(
            connection,
            "superior-read",
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            data={"year": year},
        )
    return told
