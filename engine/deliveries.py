"""Deliveries: claimed for a while, then marked with what became of them.

A crash between sending and marking sends again; whoever finds that the lease ran out marks nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import text, update

from engine.service import Service
from models import Delivery

log = structlog.get_logger(__name__)

LEASE_SECONDS = 60
"""So long the batch of a killed sender waits. One that takes half of it is cut short."""

FIRST_PAUSE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 3600

_delivery = Delivery.__table__

# Quiet hours are asked for here and nowhere else: nothing is put off by them, so nothing has to be called
# back when a person changes them or the clock jumps.
#
# The rows are chosen apart: below an IN the plan may choose them anew for every row, and claim more.
_CLAIM = text(
    """
    WITH due AS MATERIALIZED (
        SELECT d.id FROM delivery d
          JOIN notification n ON n.id = d.notification_id
          LEFT JOIN message_wish w ON w.person_id = n.person_id
         WHERE d.channel = :channel AND d.sent_at IS NULL AND d.dropped_at IS NULL AND d.next_try_at <= :now
           AND (d.leased_until IS NULL OR d.leased_until < :now)
           AND (n.urgent OR w.quiet_from IS NULL OR NOT CASE WHEN w.quiet_from < w.quiet_until
                THEN :clock >= w.quiet_from AND :clock < w.quiet_until
                ELSE :clock >= w.quiet_from OR :clock < w.quiet_until END)
         ORDER BY d.next_try_at, d.id LIMIT :most FOR UPDATE OF d SKIP LOCKED)
    UPDATE delivery SET leased_until = :until FROM due WHERE delivery.id = due.id
    RETURNING delivery.id, notification_id, attempts
    """
)


@dataclass(frozen=True)
class Claimed:
    """One leased delivery."""

    id: int
    notification_id: int
    attempts: int
    leased_until: datetime

    def is_running_out(self, service: Service) -> bool:
        """Whether so much of the lease is over that nothing more should be begun under it."""
        return service.machine_now > self.leased_until - timedelta(seconds=LEASE_SECONDS / 2)


def claim(service: Service, channel: str, *, most: int) -> list[Claimed]:
    """Lease what may leave by a channel now; what another sender has is passed over."""
    now = service.machine_now
    until = now + timedelta(seconds=LEASE_SECONDS)
    clock = service.now.astimezone(ZoneInfo(service.settings.timezone)).time()
    asked = {"channel": channel, "now": now, "until": until, "clock": clock, "most": most}
    with service.database.begin() as connection:
        rows = connection.execute(_CLAIM, asked).all()
    return [Claimed(row.id, row.notification_id, row.attempts, until) for row in sorted(rows)]


def sent(service: Service, claimed: Claimed) -> int:
    """It left. Returns how many were settled: none when the lease ran out meanwhile."""
    return mark(service, claimed, sent_at=service.machine_now, attempts=claimed.attempts + 1, last_error="")


def drop(service: Service, claimed: Claimed, reason: str) -> int:
    """It will not leave any more, unless somebody asks for another try."""
    log.info("message-dropped", delivery=claimed.id, reason=reason[:200])
    return mark(service, claimed, dropped_at=service.machine_now, last_error=reason[:500])


def postpone(service: Service, claimed: Claimed, error: str) -> None:
    """It did not leave: again after a pause that grows."""
    attempts = claimed.attempts + 1
    pause = min(FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_PAUSE_SECONDS)
    due = service.machine_now + timedelta(seconds=pause)
    mark(service, claimed, attempts=attempts, next_try_at=due, last_error=error[:500])


def mark(service: Service, claimed: Claimed, **values: Any) -> int:
    """Write what became of it, unless the lease ran out and another sender has it now."""
    with service.database.begin() as connection:
        changed = connection.execute(
            update(_delivery)
            .where(_delivery.c.id == claimed.id, _delivery.c.leased_until == claimed.leased_until)
            .values(leased_until=None, **values)
        )
    return int(changed.rowcount)
