"""How one wishes to be told: by which channels, when not, and whether once a day."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb
from sqlalchemy import text

from engine.actor import Actor
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from notifications.channel_names import MAIL
from rules.errors import InvalidInput

DIGEST_AT = time(8, 30)
"""Local: when the digest of a working day is made."""

_MOBILE = re.compile(r"1\d{10}", re.ASCII)
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)

_READ = text(
    "SELECT channels, mobile, quiet_from, quiet_until, digest FROM message_wish WHERE person_id = :me"
)
# Whoever asks for a digest after today's was made gets the first one tomorrow.
_SET = text(
    """
    INSERT INTO message_wish (person_id, channels, mobile, quiet_from, quiet_until, digest, digested_on)
    VALUES (:me, :channels, :mobile, :quiet_from, :quiet_until, :digest, :over)
    ON CONFLICT (person_id) DO UPDATE SET channels = :channels, mobile = :mobile, quiet_from = :quiet_from,
        quiet_until = :quiet_until, digest = :digest,
        digested_on = CASE WHEN message_wish.digest THEN message_wish.digested_on ELSE :over END
    """
)


@dataclass(frozen=True)
class Wishes:
    """``quiet_from`` and ``quiet_until`` are local, ``22:00``; both empty: no quiet hours.

    ``mobile``: whom a robot calls in its group. What is urgent by law comes at once and by mail, whatever is
    wished.
    """

    channels: list[str]
    mobile: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    digest: bool = False


@dataclass(frozen=True)
class OwnWishes:
    """One's wishes, and the channels there are to choose from."""

    wishes: Wishes
    installed: list[str]


def read_wishes(service: Service, actor: Actor) -> OwnWishes:
    """One's own wishes; a chosen channel that is not installed any more is left out."""
    installed = [MAIL, *service.settings.group_names]
    with service.read() as connection:
        row = connection.execute(_READ, {"me": actor.person_id}).one_or_none()
    if row is None:
        return OwnWishes(Wishes([MAIL]), installed)
    chosen = [name for name in installed if name in row.channels]
    since, until = (f"{at:%H:%M}" if at else "" for at in (row.quiet_from, row.quiet_until))
    return OwnWishes(Wishes(chosen or [MAIL], row.mobile, since, until, row.digest), installed)


def set_wishes(service: Service, actor: Actor, wishes: Wishes) -> None:
    """Be told so from now on, also of what waits already.

    Raises:
        InvalidInput: an unknown channel or none, half of the quiet hours, no mobile number.
    """
    permit(actor, Act.CHOOSE_OWN_MESSAGES, Facts(where="messages", about_person_id=actor.person_id))
    _check(service, wishes)
    quiet_from, quiet_until = (_moment(said) for said in (wishes.quiet_from, wishes.quiet_until))
    chosen = {
        "me": actor.person_id,
        "channels": Jsonb(wishes.channels),
        "mobile": wishes.mobile,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "digest": wishes.digest,
        "over": _day_over(service.now.astimezone(ZoneInfo(service.settings.timezone))),
    }
    told = {"channels": wishes.channels, "digest": wishes.digest}
    if quiet_from:
        told["quiet"] = f"{wishes.quiet_from}-{wishes.quiet_until}"
    entry = {"at": service.now, "actor": actor.username, "channel": actor.channel, "data": told}
    with service.database.begin() as connection:
        connection.execute(_SET, chosen)
        append_to_organ(connection, "messages-chosen", **entry)


def _check(service: Service, wishes: Wishes) -> None:
    installed = {MAIL, *service.settings.group_names}
    if not wishes.channels or len(set(wishes.channels)) < len(wishes.channels):
        raise _invalid("channels", "须至少选择一种渠道，且不重复", "choose at least one channel, each once")
    if not set(wishes.channels) <= installed:
        raise _invalid("channels", "只能选择已启用的渠道", "only channels that are installed can be chosen")
    if wishes.mobile and not _MOBILE.fullmatch(wishes.mobile):
        raise _invalid("mobile", "须为11位手机号码", "it must be a mobile number of 11 digits")
    for field in ("quiet_from", "quiet_until"):
        said = getattr(wishes, field)
        if said and not _CLOCK.fullmatch(said):
            raise _invalid(field, "须为时刻，如 22:00", "it must be a time of day such as 22:00")
    if bool(wishes.quiet_from) != bool(wishes.quiet_until):
        raise _invalid("quiet_until", "起止时刻须同时填写", "state both, from and until, or neither")
    if wishes.quiet_from and wishes.quiet_from == wishes.quiet_until:
        raise _invalid("quiet_until", "起止时刻不得相同", "from and until must differ")


def _moment(said: str) -> time | None:
    return time.fromisoformat(said) if said else None


def _day_over(local: datetime) -> date | None:
    return local.date() if local.time() >= DIGEST_AT else None


def _invalid(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(where=field, field=field, why_zh=zh, why_en=en)
