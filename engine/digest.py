"""The digest of the day 每日摘要: on working days, one message that lists what is open, to whoever wishes it.

With the digest a new to-do tells nothing by itself; its message is held until the next digest is made.
"""

from datetime import date
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import insert

from engine.actor import load_actor
from engine.acts.wishes import DIGEST_AT
from engine.reading.inbox import inbox
from engine.service import Service
from engine.unsent import CLOSED, NOT_HELD
from models import Notification
from notifications.channel_names import DIGEST
from rules.working_calendar import WorkingCalendar

log = structlog.get_logger(__name__)

BATCH = 50

# The row of a person's wishes says which day's digest was the last: claiming it and queueing the message are
# one transaction, so it is made once, whoever else is at it and whatever is killed.
_CLAIM = text(
    """
    WITH due AS (
        SELECT w.person_id FROM message_wish w JOIN person p ON p.id = w.person_id AND p.active
         WHERE w.digest AND (w.digested_on IS NULL OR w.digested_on < :today)
         ORDER BY w.person_id LIMIT :most FOR UPDATE OF w SKIP LOCKED)
    UPDATE message_wish w SET digested_on = :today FROM due, person p
     WHERE w.person_id = due.person_id AND p.id = due.person_id RETURNING p.id, p.username
    """
)
_SETTLE_HELD = text(
    """
    UPDATE delivery d
       SET sent_at = CASE WHEN :told AND a.closed_at IS NULL THEN CAST(:now AS timestamptz) END,
           dropped_at = CASE WHEN NOT :told OR a.closed_at IS NOT NULL THEN CAST(:now AS timestamptz) END,
           last_error = CASE WHEN a.closed_at IS NOT NULL THEN :closed WHEN :told THEN '' ELSE :not_held END
      FROM notification n JOIN assignment a ON a.id = n.assignment_id
     WHERE d.notification_id = n.id AND n.person_id = :person AND d.channel = :digest
       AND d.sent_at IS NULL AND d.dropped_at IS NULL
    """
)
_RELEASE = text(
    """
    WITH unwished AS (
        DELETE FROM delivery d USING notification n LEFT JOIN message_wish w ON w.person_id = n.person_id
         WHERE d.notification_id = n.id AND d.channel = :digest AND d.sent_at IS NULL AND d.dropped_at IS NULL
           AND w.digest IS DISTINCT FROM true
        RETURNING n.id)
    UPDATE notification SET routed_at = NULL WHERE id IN (SELECT id FROM unwished)
    """
)


def make_digests(service: Service, calendar: WorkingCalendar) -> int:
    """Queue today's digests, if it is time; returns how many. Safe to ask any number of times."""
    local = service.now.astimezone(ZoneInfo(service.settings.timezone))
    if local.time() < DIGEST_AT or not calendar.day(local.date()).works:
        return 0
    made = 0
    while True:
        with service.database.begin() as connection:
            people = connection.execute(_CLAIM, {"today": local.date(), "most": BATCH}).all()
            made += sum(_make(service, connection, person, local.date()) for person in people)
        if not people:
            return made


def release_held(service: Service) -> int:
    """Let the messages go that were held for somebody who wishes no digest any more; returns how many."""
    with service.database.begin() as connection:
        return connection.execute(_RELEASE, {"digest": DIGEST}).rowcount


def _make(service: Service, connection: Connection, person: Row[tuple[int, str]], today: date) -> bool:
    """One person's digest, unless there is nothing to tell."""
    actor = load_actor(connection, person.username, channel="digest", today=service.today)
    told = bool(inbox(service, actor).todos)
    if told:
        row = {
            "key": f"digest:{person.id}:{today.isoformat()}",
            "template": DIGEST,
            "person_id": person.id,
            "created_at": service.now,
        }
        connection.execute(insert(Notification.__table__).values(row).on_conflict_do_nothing())
    settled = {"person": person.id, "digest": DIGEST, "told": told, "now": service.machine_now}
    connection.execute(_SETTLE_HELD, {**settled, "closed": CLOSED, "not_held": NOT_HELD})
    return told
