"""One's own desk: saving what was typed without sending it, phrases of one's own, one's own password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb
from sqlalchemy import text

from engine.actor import TOKEN_CHANNEL, Actor
from engine.acts.passwords import change_own_password
from engine.forms import clean_opinion
from engine.service import Service
from rules.errors import InvalidInput, NotAllowed

MOST_PHRASES = 30
LONGEST_PHRASE = 200
LONGEST_DRAFT = 600_000
"""Characters of all fields together: a body of the longest kind, and room beside it."""

KEPT_DAYS = 90

_SAVE = text(
    """
    INSERT INTO saved_draft (person_id, about, fields, saved_at) VALUES (:me, :about, :fields, :now)
    ON CONFLICT (person_id, about) DO UPDATE SET fields = :fields, saved_at = :now
    """
)
_READ = text("SELECT fields, saved_at FROM saved_draft WHERE person_id = :me AND about = :about")
_DROP = text("DELETE FROM saved_draft WHERE person_id = :me AND about = :about")
_FORGET = text(
    """
    DELETE FROM saved_draft d WHERE saved_at < :before OR about LIKE 'todo:%' AND EXISTS
        (SELECT 1 FROM assignment a WHERE a.id = substr(d.about, 6)::bigint AND a.closed_at IS NOT NULL)
    """
)
_PHRASES = text("SELECT id, text FROM phrase WHERE person_id = :me ORDER BY id")
_ADD = text(
    "INSERT INTO phrase (person_id, text) SELECT :me, :text"
    " WHERE (SELECT count(*) FROM phrase WHERE person_id = :me) < :most ON CONFLICT DO NOTHING"
)
_REMOVE = text("DELETE FROM phrase WHERE person_id = :me AND id = :id")


@dataclass(frozen=True)
class Saved:
    """What was typed on a page, and when."""

    fields: dict[str, str]
    saved_at: datetime


@dataclass(frozen=True)
class OwnPhrase:
    """A phrase of one's own."""

    id: int
    text: str


def save_draft(service: Service, actor: Actor, about: str, fields: dict[str, str]) -> None:
    """Keep what was typed on a page. Whoever shows the page decides that the person may see it.

    Raises:
        InvalidInput: more than a page can hold.
    """
    if sum(len(value) for value in fields.values()) > LONGEST_DRAFT:
        raise InvalidInput(
            where="draft", field="draft", why_zh="内容过长，未能暂存", why_en="it is too long to be saved"
        )
    with service.database.begin() as connection:
        row = {"me": actor.person_id, "about": about, "fields": Jsonb(fields), "now": service.machine_now}
        connection.execute(_SAVE, row)


def read_draft(service: Service, actor: Actor, about: str) -> Saved | None:
    """What one saved of a page, if anything."""
    with service.read() as connection:
        row = connection.execute(_READ, {"me": actor.person_id, "about": about}).one_or_none()
    return Saved(row.fields, row.saved_at) if row else None


def drop_draft(service: Service, actor: Actor, about: str) -> None:
    """Throw away what one saved."""
    with service.database.begin() as connection:
        connection.execute(_DROP, {"me": actor.person_id, "about": about})


def forget_old_drafts(service: Service) -> int:
    """Drop what belongs to closed to-dos or was left for long. Returns how many."""
    with service.database.begin() as connection:
        done = connection.execute(_FORGET, {"before": service.machine_now - timedelta(days=KEPT_DAYS)})
    return done.rowcount


def phrases(service: Service, actor: Actor) -> list[OwnPhrase]:
    """One's own phrases, oldest first."""
    with service.read() as connection:
        return [OwnPhrase(row.id, row.text) for row in connection.execute(_PHRASES, {"me": actor.person_id})]


def add_phrase(service: Service, actor: Actor, wording: str) -> None:
    """Keep a phrase; the same one again changes nothing.

    Raises:
        InvalidInput: empty, too long, or more than one can keep an eye on.
    """
    said = clean_opinion(wording)
    if not 0 < len(said) <= LONGEST_PHRASE:
        raise InvalidInput(
            where="phrase",
            field="phrase",
            why_zh=f"须为1至{LONGEST_PHRASE}个字",
            why_en=f"it has 1 to {LONGEST_PHRASE} characters",
        )
    with service.database.begin() as connection:
        connection.execute(_ADD, {"me": actor.person_id, "text": said, "most": MOST_PHRASES})


def remove_phrase(service: Service, actor: Actor, phrase_id: int) -> None:
    """Throw a phrase of one's own away."""
    with service.database.begin() as connection:
        connection.execute(_REMOVE, {"me": actor.person_id, "id": phrase_id})


def set_own_password(service: Service, actor: Actor, *, now: str, new: str) -> None:
    """Change one's own password; every session and token of one's own ends with it: sign in again.

    Raises:
        WrongCredentials: the present password is another; InvalidInput: the new one is too weak;
        NotAllowed: with a token.
    """
    if actor.channel == TOKEN_CHANNEL:
        raise NotAllowed(
            where="password",
            act_zh="用令牌修改密码",
            act_en="change a password with a token",
            why_zh="修改密码须以密码登录",
            why_en="it needs a session",
            todo_zh="请登录后再操作",
            todo_en="Sign in first",
        )
    change_own_password(service, actor, now=now, new=new)
