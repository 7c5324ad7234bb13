"""By which channels a message leaves: decided by the worker, one batch after the other, after the change that
queued it. Whoever queues a message writes one row and knows nothing of channels.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, text, update
from sqlalchemy.dialects.postgresql import insert

from engine.service import Service
from engine.unsent import TOLD_BY_MAIL
from models import Delivery, Notification
from notifications.channel_names import DIGEST, MAIL

BATCH = 500

_UNROUTED = text(
    """
    SELECT n.id, n.template, n.case_id, n.urgent, w.person_id, w.channels, w.digest
      FROM notification n LEFT JOIN message_wish w ON w.person_id = n.person_id
     WHERE n.routed_at IS NULL ORDER BY n.id LIMIT :most FOR UPDATE OF n SKIP LOCKED
    """
)
_DROP_ORPHANS = text(
    """
    UPDATE delivery SET dropped_at = :now, last_error = :why
     WHERE sent_at IS NULL AND dropped_at IS NULL AND NOT channel = ANY(:known) RETURNING notification_id
    """
)
_notification = Notification.__table__
_ROUTED = (
    update(_notification)
    .where(_notification.c.id.in_(bindparam("ids", expanding=True)))
    .values(routed_at=bindparam("now"))
)


@dataclass(frozen=True)
class Wish:
    """What a person wishes of their messages, as far as it says by which channels they leave."""

    channels: Collection[str] = (MAIL,)
    digest: bool = False


@dataclass(frozen=True)
class Event:
    """What a message is, as far as that says by which channels it leaves."""

    template: str
    urgent: bool = False
    of_case: bool = True


@dataclass(frozen=True)
class Router:
    """Knows the installed channels beside mail."""

    groups: Collection[str] = field(default_factory=tuple)

    def channels(self, wish: Wish, event: Event) -> list[str]:
        """Where a message goes; held for the digest of the day, it goes nowhere yet.

        Mail cannot be switched off for what is urgent, and it is what is left when a chosen group is gone.
        What is about the person and no case (a password set by another) is no group's business.
        """
        if wish.digest and event.template == "todo" and not event.urgent:
            return [DIGEST]
        if not event.of_case and event.template != DIGEST:
            return [MAIL]
        chosen = [name for name in wish.channels if name == MAIL or name in self.groups]
        return chosen if MAIL in chosen or (chosen and not event.urgent) else [MAIL, *chosen]


def route_due(service: Service) -> int:
    """Write the deliveries of up to a batch of new messages; returns of how many."""
    router, now = Router(service.settings.group_names), service.machine_now
    with service.database.begin() as connection:
        rows = connection.execute(_UNROUTED, {"most": BATCH}).all()
        if not rows:
            return 0
        new = {"attempts": 0, "next_try_at": now, "last_error": ""}
        deliveries = [
            {"notification_id": row.id, "channel": channel, **new}
            for row in rows
            for channel in router.channels(_wish(row), _event(row))
        ]
        connection.execute(insert(Delivery.__table__).on_conflict_do_nothing(), deliveries)
        connection.execute(_ROUTED, {"ids": [row.id for row in rows], "now": now})
    return len(rows)


def give_orphans_to_mail(service: Service) -> int:
    """What waits for a channel that is no longer installed goes by mail, once; returns how many."""
    asked = {"known": [MAIL, DIGEST, *service.settings.group_names], "now": service.machine_now}
    with service.database.begin() as connection:
        orphans = connection.execute(_DROP_ORPHANS, {**asked, "why": TOLD_BY_MAIL}).scalars().all()
        if orphans:
            by_mail = {"channel": MAIL, "attempts": 0, "next_try_at": service.machine_now, "last_error": ""}
            rows = [{"notification_id": message, **by_mail} for message in orphans]
            connection.execute(insert(Delivery.__table__).on_conflict_do_nothing(), rows)
    return len(orphans)


def _event(row: Row[Any]) -> Event:
    return Event(row.template, row.urgent, row.case_id is not None)


def _wish(row: Row[Any]) -> Wish:
    return Wish() if row.person_id is None else Wish(row.channels, row.digest)
