"""The outbox 发件箱: messages queued with the change they tell of, sent after it, outside its transaction.

A row is leased, sent, marked. A crash between sending and marking sends again with the same Message-ID;
the mailbox folder then holds it once. A dead mail server delays messages and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from engine.message_facts import REFUSED, UNUSABLE, load_facts
from engine.service import Service
from engine.settings import Settings
from models import Notification
from notifications.addresses import AddressUnusable, mail_address
from notifications.channels import (
    Channel,
    ChannelUnavailable,
    MailboxFolder,
    MailServer,
    MessageDeferred,
    MessageRefused,
)
from notifications.rendering import mark_virtual, render

log = structlog.get_logger(__name__)

BATCH = 10
SMTP_TIMEOUT_SECONDS = 10.0
LEASE_SECONDS = 60
"""So long the batch of a killed sender waits. One that takes half of it is cut short."""

FIRST_PAUSE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 3600

_row = Notification.__table__


def channel_for(settings: Settings) -> Channel:
    """The mail server that is set, else the mailbox folder of the installation."""
    if not settings.smtp_host:
        return mailbox_of(settings)
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        ca_file=settings.smtp_ca_file,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        timeout_seconds=SMTP_TIMEOUT_SECONDS,
    )


def mailbox_of(settings: Settings) -> MailboxFolder:
    """Where messages lie while no mail server is set."""
    return MailboxFolder(settings.home / "mailbox")


def send_due(service: Service, channel: Channel | None = None) -> int:
    """Send up to a batch of due messages; returns how many were settled, sent or dropped.

    Zero: nothing was due, or the channel takes nothing now. Never raises for what a channel does.
    """
    chosen = channel or channel_for(service.settings)
    claimed = _claim(service)
    done = 0
    for place, row in enumerate(claimed):
        if service.machine_now > row.leased_until - timedelta(
            seconds=LEASE_SECONDS / 2
        ):  # a slow mail server
            for waiting in claimed[place:]:
                _mark(service, waiting)
            break
        try:
            done += _deliver(service, chosen, row)
        except ChannelUnavailable as error:
            log.warning("mail-unavailable", waiting=len(claimed) - place, error=str(error)[:200])
            _postpone(service, row, str(error))
            # Only this one counts as tried: it may be its own fault, and it must not hold up the others.
            soon = service.machine_now + timedelta(seconds=FIRST_PAUSE_SECONDS)
            for waiting in claimed[place + 1 :]:
                _mark(service, waiting, next_try_at=soon)
            break
    return done


@dataclass(frozen=True)
class _Claimed:
    """One leased row."""

    id: int
    key: str
    attempts: int
    leased_until: datetime


def _claim(service: Service) -> list[_Claimed]:
    now = service.machine_now
    until = now + timedelta(seconds=LEASE_SECONDS)
    due = (
        select(_row.c.id)
        .where(
            _row.c.sent_at.is_(None),
            _row.c.dropped_at.is_(None),
            _row.c.next_try_at <= now,
            _row.c.leased_until.is_(None) | (_row.c.leased_until < now),
        )
        .order_by(_row.c.next_try_at, _row.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    with service.database.begin() as connection:
        rows = connection.execute(
            update(_row)
            .where(_row.c.id.in_(due))
            .values(leased_until=until)
            .returning(_row.c.id, _row.c.key, _row.c.attempts)
        ).all()
    return [_Claimed(row.id, row.key, row.attempts, until) for row in sorted(rows)]


def _deliver(service: Service, channel: Channel, claimed: _Claimed) -> int:
    facts = load_facts(service, claimed.id)
    if facts.why_not:
        return _drop(service, claimed, facts.why_not)
    try:
        to = mail_address(facts.row.name, facts.row.email)
    except AddressUnusable:
        return _drop(service, claimed, UNUSABLE)
    # The sender's address is ours: settings refuse a wrong one, and nothing is ever dropped for it.
    sender = mail_address("公开", service.settings.mail_from)
    try:
        at = facts.row.created_at
        message = render(facts.content(), key=claimed.key, to=to, sender=sender, at=at)
        if service.is_virtual:
            mark_virtual(message, at)
        channel.send(message)
    except MessageRefused as error:
        return _drop(service, claimed, f"{REFUSED}{error}")
    except MessageDeferred as error:
        _postpone(service, claimed, str(error))
        return 0
    return _mark(service, claimed, sent_at=service.machine_now, attempts=claimed.attempts + 1, last_error="")


def _drop(service: Service, claimed: _Claimed, reason: str) -> int:
    log.info("message-dropped", key=claimed.key, reason=reason[:200])
    return _mark(service, claimed, dropped_at=service.machine_now, last_error=reason[:500])


def _postpone(service: Service, claimed: _Claimed, error: str) -> None:
    attempts = claimed.attempts + 1
    pause = min(FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_PAUSE_SECONDS)
    _mark(
        service,
        claimed,
        attempts=attempts,
        next_try_at=service.machine_now + timedelta(seconds=pause),
        last_error=error[:500],
    )


def _mark(service: Service, claimed: _Claimed, **values: Any) -> int:
    """Write what became of the message, unless the lease ran out and another sender has it now."""
    with service.database.begin() as connection:
        changed = connection.execute(
            update(_row)
            .where(_row.c.id == claimed.id, _row.c.leased_until == claimed.leased_until)
            .values(leased_until=None, **values)
        )
    return int(changed.rowcount)
