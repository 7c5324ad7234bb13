"""Telling a group what is due: a few messages in one, and seldom enough for its robot.

Where it is a robot's, nothing on the other side recognises what was told before: a crash between telling and
marking tells once more.
"""

from datetime import datetime, timedelta

import structlog

from engine import deliveries
from engine.deliveries import FIRST_PAUSE_SECONDS, Claimed
from engine.message_facts import MessageFacts, load_facts
from engine.routing import route_due
from engine.service import Service
from engine.unsent import REFUSED_BY_GROUP
from notifications.channels import ChannelUnavailable, MessageRefused
from notifications.groups import Group, Note
from notifications.rendering import case_of, subject_of, virtual_subject

log = structlog.get_logger(__name__)


class GroupOutbox:
    """The outbox of one group. Only the worker that leads runs it, so its rests are kept in memory."""

    def __init__(self, service: Service, name: str, group: Group) -> None:
        self.service, self.name, self.group = service, name, group
        self._rests_until: datetime | None = None
        self._failing = False

    def tell_due(self) -> int:
        """Tell the group up to as many due messages as go into one; returns how many were settled.

        After a failure they are tried one by one: one that is never taken must not hold up the others.
        """
        service = self.service
        if self._rests_until is not None and service.machine_now < self._rests_until:
            return 0
        route_due(service)
        most = 1 if self._failing else self.group.at_once
        claimed = [(row, load_facts(service, row.notification_id)) for row in self._claim(most)]
        over = [(row, facts.why_not) for row, facts in claimed if facts.why_not]
        done = sum(deliveries.drop(service, row, why_not) for row, why_not in over)
        due = [(row, _note(facts)) for row, facts in claimed if not facts.why_not]
        return done + self._tell(due) if due else done

    def _claim(self, most: int) -> list[Claimed]:
        return deliveries.claim(self.service, self.name, most=most)

    def _tell(self, due: list[tuple[Claimed, Note]]) -> int:
        service = self.service
        try:
            self.group.tell([note for _, note in due])
        except ChannelUnavailable as error:
            log.warning("group-unavailable", group=self.name, waiting=len(due), error=str(error)[:200])
            for row, _ in due:
                deliveries.postpone(service, row, str(error))
            self._failing = True
            self._rest(FIRST_PAUSE_SECONDS)
            return 0
        except MessageRefused as error:
            return sum(deliveries.drop(service, row, f"{REFUSED_BY_GROUP}{error}") for row, _ in due)
        self._failing = False
        self._rest(self.group.pause_seconds)
        return sum(deliveries.sent(service, row) for row, _ in due)

    def _rest(self, seconds: float) -> None:
        self._rests_until = self.service.machine_now + timedelta(seconds=seconds)


def _note(facts: MessageFacts) -> Note:
    content, row = facts.content(), facts.row
    subject = subject_of(content)
    return Note(
        key=row.key,
        kind=content.folder,
        case_number=case_of(content),
        urgent=row.urgent,
        username=row.username,
        name=row.name,
        mobile=row.mobile or "",
        subject=virtual_subject(subject) if facts.service.is_virtual else subject,
        link=content.link,
        queued_at=row.created_at.isoformat(),
    )
