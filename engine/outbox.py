"""The outbox 发件箱: messages queued with the change they tell of, sent after it, outside its transaction.

A row is leased, sent, marked. A crash between sending and marking sends again with the same Message-ID;
the mailbox folder then holds it once. A dead mail server delays messages and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select, update

from engine.actor import current
from engine.service import Service
from engine.settings import Settings
from models import Assignment, Case, Holding, Incident, Notification, Person, Step, Unit
from notifications.addresses import AddressUnusable, mail_address
from notifications.channels import (
    Channel,
    ChannelUnavailable,
    MailboxFolder,
    MailServer,
    MessageDeferred,
    MessageRefused,
)
from notifications.messages import Content, IncidentOpened, TodoArrived
from notifications.rendering import render
from rules.positions import Position

log = structlog.get_logger(__name__)

BATCH = 10
SMTP_TIMEOUT_SECONDS = 10.0
LEASE_SECONDS = 60
"""So long the batch of a killed sender waits. One that takes half of it is cut short."""

FIRST_PAUSE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 3600

_row, _todo, _cases = Notification.__table__, Assignment.__table__, Case.__table__
_person, _step, _unit = Person.__table__, Step.__table__, Unit.__table__
_incident, _holding = Incident.__table__, Holding.__table__


def channel_for(settings: Settings) -> Channel:
    """The mail server that is set, else the mailbox folder of the installation."""
    if not settings.smtp_host:
        return MailboxFolder(settings.home / "mailbox")
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        ca_file=settings.smtp_ca_file,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        timeout_seconds=SMTP_TIMEOUT_SECONDS,
    )


def send_due(service: Service, channel: Channel | None = None) -> int:
    """Send up to a batch of due messages; returns how many were settled, sent or dropped.

    Zero: nothing was due, or the channel takes nothing now. Never raises for what a channel does.
    """
    chosen = channel or channel_for(service.settings)
    claimed = _claim(service)
    done = 0
    for place, row in enumerate(claimed):
        if service.now > row.leased_until - timedelta(seconds=LEASE_SECONDS / 2):  # a slow mail server
            for waiting in claimed[place:]:
                _mark(service, waiting)
            break
        try:
            done += _deliver(service, chosen, row)
        except ChannelUnavailable as error:
            log.warning("mail-unavailable", waiting=len(claimed) - place, error=str(error)[:200])
            for waiting in claimed[place:]:
                _postpone(service, waiting, str(error))
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
    now = service.now
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
    facts = _load(service, claimed.id)
    reason = _why_drop(facts)
    if reason:
        return _drop(service, claimed, reason)
    try:
        to = mail_address(facts.name, facts.email)
    except AddressUnusable:
        return _drop(service, claimed, "the e-mail address cannot be used")
    # The sender's address is ours: settings refuse a wrong one, and nothing is ever dropped for it.
    sender = mail_address("公开", service.settings.mail_from)
    content = _content(facts, service.settings)
    try:
        channel.send(render(content, key=claimed.key, to=to, sender=sender, at=facts.created_at))
    except MessageRefused as error:
        return _drop(service, claimed, f"refused by the mail server: {error}")
    except MessageDeferred as error:
        _postpone(service, claimed, str(error))
        return 0
    return _mark(service, claimed, sent_at=service.now, attempts=claimed.attempts + 1, last_error="")


def _load(service: Service, notification_id: int) -> Any:
    holds = (
        select(func.count())
        .select_from(_holding)
        .where(
            _holding.c.person_id == _row.c.person_id,
            _holding.c.position == _todo.c.position,
            _holding.c.unit_id.is_not_distinct_from(_todo.c.unit_id),
            current(service.today),
        )
        .correlate(_row, _todo)
        .scalar_subquery()
    )
    query = (
        select(
            _row.c.id,
            _row.c.template,
            _row.c.created_at,
            _person.c.name,
            _person.c.email,
            _person.c.active,
            _cases.c.number,
            _cases.c.title,
            _cases.c.title_is_public,
            _cases.c.intake,
            _unit.c.name.label("unit"),
            _todo.c.id.label("todo"),
            _todo.c.position,
            _todo.c.person_id.label("assigned_to"),
            _todo.c.closed_at,
            _step.c.call,
            _incident.c.kind,
            _incident.c.blocking,
            holds.label("holds"),
        )
        .join(_person, _person.c.id == _row.c.person_id)
        .join(_cases, _cases.c.id == _row.c.case_id)
        .join(_unit, _unit.c.id == _cases.c.unit_id)
        .outerjoin(_todo, _todo.c.id == _row.c.assignment_id)
        .outerjoin(_step, _step.c.id == _todo.c.step_id)
        .outerjoin(_incident, _incident.c.id == _todo.c.incident_id)
        .where(_row.c.id == notification_id)
    )
    with service.database.connect() as connection:
        return connection.execute(query).one()


def _why_drop(facts: Any) -> str:
    if facts.todo is None or facts.closed_at is not None:
        return "the to-do is closed"
    if not facts.active:
        return "the person is no longer active"
    if facts.assigned_to is None and not facts.holds:
        return "the person no longer holds the position"
    if not facts.email:
        return "the person has no e-mail address"
    return ""


def _content(facts: Any, settings: Settings) -> Content:
    link = f"{settings.base_url.rstrip('/')}/todo/{facts.todo}"
    local = facts.created_at.astimezone(ZoneInfo(settings.timezone))
    arrived = local.strftime("%Y-%m-%d %H:%M")
    if facts.template == "incident":
        return IncidentOpened(
            recipient=facts.name,
            case_number=facts.number,
            unit=facts.unit,
            kind=facts.kind,
            blocking=facts.blocking,
            arrived=arrived,
            link=link,
        )
    position = Position(facts.position)
    return TodoArrived(
        recipient=facts.name,
        case_number=facts.number,
        public_title=_public_title(facts),
        step_zh=facts.call["title"]["zh"],
        step_en=facts.call["title"]["en"],
        position_zh=position.chinese,
        position_en=position.english,
        unit=facts.unit,
        basis=facts.call["basis"],
        arrived=arrived,
        link=link,
    )


def _public_title(facts: Any) -> str:
    """Only once attribute and secrecy are settled as public, and never where a secret was ever claimed."""
    claimed = bool(facts.intake.get("state_secret"))
    return facts.title if facts.title_is_public and not claimed else ""


def _drop(service: Service, claimed: _Claimed, reason: str) -> int:
    log.info("message-dropped", key=claimed.key, reason=reason[:200])
    return _mark(service, claimed, dropped_at=service.now, last_error=reason[:500])


def _postpone(service: Service, claimed: _Claimed, error: str) -> None:
    attempts = claimed.attempts + 1
    pause = min(FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_PAUSE_SECONDS)
    _mark(
        service,
        claimed,
        attempts=attempts,
        next_try_at=service.now + timedelta(seconds=pause),
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
