"""What the link of a message leads to now: its to-do, while its person may still act; else what happened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from engine.actor import about_holdings
from engine.links import hash_of
from engine.reading.values import CLOCK_ACT, ESCALATION, Named, step_named
from engine.service import Service
from rules.errors import GongkaiError, Kind, Said

_LINK = about_holdings(
    """
    SELECT l.person_id, l.created_at, a.id, a.case_id, a.closed_at, a.closed_because, c.number,
           c.closed_at AS case_closed_at, s.key, s.call->'title' AS title, d.person_id AS decided_by,
           a.rung_id, a.clock_act_id,
           p.active AND (a.person_id = p.id OR (a.person_id IS NULL AND EXISTS (
               SELECT 1 FROM holding h
                WHERE h.person_id = p.id AND h.position = a.position
                  AND h.unit_id IS NOT DISTINCT FROM a.unit_id
                  AND {in_force}))) AS held,
           EXISTS (SELECT 1 FROM document_version v
                    WHERE v.case_id = a.case_id AND v.created_at > l.created_at) AS new_version,
           EXISTS (SELECT 1 FROM decision e
                    WHERE e.step_id = a.step_id AND e.decided_at > l.created_at) AS others_decided
      FROM todo_link l
      JOIN person p ON p.id = l.person_id
      JOIN assignment a ON a.id = l.assignment_id
      JOIN cases c ON c.id = a.case_id
      LEFT JOIN step s ON s.id = a.step_id
      LEFT JOIN decision d ON d.assignment_id = a.id
     WHERE l.token_hash = :hash
    """
)


class LinkUnknown(GongkaiError):
    """No message ever carried this link; it is answered like any other word that opens nothing."""

    kind = Kind.NOT_FOUND
    zh = Said("该链接无效", "链接不完整，或不是由本系统发出", "请从邮件中完整复制链接，或登录后在待办中查找")
    en = Said(
        "This link opens nothing",
        "It is incomplete, or was not sent by this system",
        "Copy the whole link from the message, or sign in and look in your to-dos",
    )


class LinkState(StrEnum):
    """Whether a link still opens its to-do, and if not, why."""

    OPEN = "open"
    DECIDED = "decided"
    DECIDED_BY_ANOTHER = "decided-by-another"
    SETTLED_BY_ANOTHER = "settled-by-another"
    RETURNED = "returned"
    HANDED_OVER = "handed-over"
    RESOLVED = "incident-resolved"
    CASE_CLOSED = "case-closed"
    LAPSED = "lapsed"
    CLOCK_ENDED = "clock-ended"
    ATTENDED = "attended"
    ANSWERED = "answered"
    POST_LOST = "post-lost"
    CLOSED = "closed"


@dataclass(frozen=True)
class Followed:
    """A link as it stands now. ``step`` is null for an incident; the two marks tell of changes since.

    A to-do about a time limit has no step: ``step`` then says what it is.
    """

    todo: int
    case: str
    step: Named | None
    person_id: int
    state: LinkState
    sent_at: datetime
    closed_at: datetime | None
    new_version: bool
    others_decided: bool

    @property
    def is_live(self) -> bool:
        """Whether the to-do is open and still its person's."""
        return self.state is LinkState.OPEN

    @property
    def has_changed(self) -> bool:
        """Whether the case is another than when the message left."""
        return self.new_version or self.others_decided


def follow(service: Service, token: str) -> Followed:
    """What a link leads to. Reads, and nothing else: however often and by whomever it is followed.

    Raises:
        LinkUnknown: no such link.
    """
    with service.read() as connection:
        arguments = {"hash": hash_of(token), "today": service.today}
        row = connection.execute(_LINK, arguments).one_or_none()
    if row is None:
        raise LinkUnknown
    return Followed(
        todo=row.id,
        case=row.number,
        step=_about(row),
        person_id=row.person_id,
        state=_state(row),
        sent_at=row.created_at,
        closed_at=row.closed_at,
        new_version=row.new_version,
        others_decided=row.others_decided,
    )


def _about(row: Row[Any]) -> Named | None:
    if row.rung_id is not None:
        return ESCALATION
    if row.clock_act_id is not None:
        return CLOCK_ACT
    return step_named(row.key, row.title) if row.key else None


def _state(row: Row[Any]) -> LinkState:
    if row.closed_at is None:
        return LinkState.OPEN if row.held else LinkState.POST_LOST
    if row.closed_because == "decided":
        mine = row.decided_by == row.person_id
        return LinkState.DECIDED if mine else LinkState.DECIDED_BY_ANOTHER
    known = row.closed_because in set(LinkState)
    return LinkState(row.closed_because) if known else LinkState.CLOSED
