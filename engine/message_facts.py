"""What a queued message says, looked up when it is sent: what happened meanwhile is told, or nothing is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from engine.actor import about_holdings
from engine.bulk_messages import BULK, BulkTold, bulk_content, load_bulk
from engine.limit_messages import LIMIT_CONTENT, LimitFacts, load_limit
from engine.links import make_link
from engine.reading.due import TodoDue, due_of_todos
from engine.reading.inbox import inbox
from engine.reading.todo import Todo
from engine.reading.values import INCIDENT
from engine.service import Service
from engine.unsent import CLOSED, INACTIVE, NOT_HELD, NOTHING_OPEN
from notifications.channel_names import DIGEST
from notifications.messages import (
    CaseClosed,
    CasePublished,
    Content,
    DigestLine,
    DigestOfDay,
    DraftHandedOver,
    IncidentOpened,
    LinkBroken,
    PasswordSet,
    TodoArrived,
    TodoReturned,
    TodoUrged,
)
from rules.positions import Position

_NEEDS_OPEN_TODO = ("todo", "incident", "urged", "clock-asked")
_FOR_THE_POST = (*_NEEDS_OPEN_TODO, "deadline", "escalated")

# A return settles its step in the very change of the case that opens the step it goes back to.
_FACTS = about_holdings(
    """
    SELECT n.key, n.template, n.created_at, n.urgent, n.person_id, p.username, p.name, p.email, m.mobile,
           p.active,
           c.number, c.title, c.title_is_public, c.intake, c.closed_at AS case_closed_at, c.drafter_id,
           d.name AS drafter, u.name AS unit, a.id AS todo, a.position, a.person_id AS assigned_to,
           a.opened_at, a.closed_at, s.call, s.round, i.kind, i.blocking,
           r.title AS returned_by, w.url, w.published_at,
           t.at AS entered_at, COALESCE(b.name, t.actor) AS entered_by,
           CASE WHEN n.template = 'urged' THEN (SELECT count(*) FROM notification u
                 WHERE u.assignment_id = n.assignment_id AND u.person_id = n.person_id
                   AND u.template = 'urged' AND u.id <= n.id) END AS times_urged,
           EXISTS (SELECT 1 FROM holding h
                    WHERE h.person_id = n.person_id AND h.position = a.position
                      AND h.unit_id IS NOT DISTINCT FROM a.unit_id
                      AND {in_force}) AS holds
      FROM notification n
      JOIN person p ON p.id = n.person_id
      LEFT JOIN message_wish m ON m.person_id = n.person_id
      LEFT JOIN cases c ON c.id = n.case_id
      LEFT JOIN person d ON d.id = c.drafter_id
      LEFT JOIN unit u ON u.id = c.unit_id
      LEFT JOIN assignment a ON a.id = n.assignment_id
      LEFT JOIN step s ON s.id = a.step_id
      LEFT JOIN incident i ON i.id = a.incident_id
      LEFT JOIN LATERAL (
           SELECT b.call->'title' AS title FROM step b
            WHERE b.case_id = n.case_id AND b.outcome->>'action' = 'return'
              AND b.settled_seq = s.opened_seq AND a.opened_at = s.opened_at
            ORDER BY b.id DESC LIMIT 1) r ON n.template = 'todo'
      LEFT JOIN LATERAL (
           SELECT url, published_at FROM publication WHERE case_id = n.case_id ORDER BY id DESC LIMIT 1) w
        ON n.template = 'published'
      LEFT JOIN ledger_entry t ON t.chain = COALESCE(n.case_id, 0)
       AND t.seq = CASE WHEN n.template IN ('password-set', 'urged')
                        THEN split_part(n.key, ':', 2)::bigint END
      LEFT JOIN person b ON b.username = t.actor
     WHERE n.id = :id
    """
)


MOST_LISTED = 50
"""To-dos in one digest; of more only the number is told."""


@dataclass(frozen=True)
class MessageFacts:
    """All that is known of one queued message."""

    service: Service
    row: Row[Any]
    limit: LimitFacts | None = None
    bulk: BulkTold | None = None

    @property
    def why_not(self) -> str:
        """Why it is not sent any more; empty: it is."""
        row = self.row
        if row.template in _NEEDS_OPEN_TODO and (row.todo is None or row.closed_at is not None):
            return CLOSED
        if not row.active:
            return INACTIVE
        of_post = row.template in _FOR_THE_POST and row.todo is not None and row.assigned_to is None
        if of_post and not row.holds:
            return NOT_HELD
        if self.limit is not None and self.limit.moot:
            return self.limit.moot
        if row.template == DIGEST and not self.open_todos:
            return NOTHING_OPEN
        if self.bulk is not None and not self.bulk.open_now:
            return NOTHING_OPEN
        return ""

    def content(self) -> Content:
        """What the templates may show."""
        return _CONTENT[self.row.template](self)

    def local(self, instant: Any) -> str:
        """A moment on the organ's clock, to the minute."""
        zone = ZoneInfo(self.service.settings.timezone)
        return str(instant.astimezone(zone).strftime("%Y-%m-%d %H:%M"))

    @property
    def title(self) -> str:
        """Only once attribute and secrecy are settled as public, never where a secret was ever claimed."""
        row = self.row
        return str(row.title) if row.title_is_public and not row.intake.get("state_secret") else ""

    @cached_property
    def open_todos(self) -> list[Todo]:
        """What the recipient finds in the inbox now."""
        actor = self.service.actor(self.row.username, channel=DIGEST)
        return inbox(self.service, actor).todos

    def todo_link(self) -> str:
        """The recipient's own link to the to-do."""
        row = self.row
        return make_link(self.service, key=row.key, todo=row.todo, person=row.person_id)

    def case_link(self) -> str:
        """The page of the case: it asks whoever comes to sign in."""
        return f"{self.service.settings.base_url.rstrip('/')}/cases/{self.row.number}"


def load_facts(service: Service, notification_id: int) -> MessageFacts:
    """Read one queued message, in one statement; of a time limit, with what it needs to be told."""
    with service.read() as connection:
        row = connection.execute(_FACTS, {"id": notification_id, "today": service.today}).one()
        of_limit = row.template in LIMIT_CONTENT
        limit = load_limit(connection, service, notification_id) if of_limit else None
        bulk = load_bulk(connection, row) if row.template == BULK else None
    return MessageFacts(service, row, limit, bulk)


def _todo(facts: MessageFacts) -> Content:
    row = facts.row
    step, arrived = row.call["title"], facts.local(row.created_at)
    if row.returned_by is not None:
        return TodoReturned(
            recipient=row.name,
            case_number=row.number,
            public_title=facts.title,
            step_zh=step["zh"],
            step_en=step["en"],
            returned_by_zh=row.returned_by["zh"],
            returned_by_en=row.returned_by["en"],
            unit=row.unit,
            arrived=arrived,
            link=facts.todo_link(),
        )
    position = Position(row.position)
    return TodoArrived(
        recipient=row.name,
        case_number=row.number,
        public_title=facts.title,
        step_zh=step["zh"],
        step_en=step["en"],
        round=row.round,
        position_zh=position.chinese,
        position_en=position.english,
        unit=row.unit,
        basis=row.call["basis"],
        arrived=arrived,
        link=facts.todo_link(),
    )


def _urged(facts: MessageFacts) -> Content:
    row = facts.row
    step = row.call["title"] if row.call else {"zh": INCIDENT.zh, "en": INCIDENT.en}
    return TodoUrged(
        recipient=row.name,
        case_number=row.number,
        public_title=facts.title,
        step_zh=step["zh"],
        step_en=step["en"],
        unit=row.unit,
        arrived=facts.local(row.opened_at),
        by=row.entered_by,
        times=row.times_urged,
        link=facts.todo_link(),
    )


def _digest(facts: MessageFacts) -> Content:
    service, todos = facts.service, facts.open_todos
    with service.read() as connection:
        due = due_of_todos(connection, [todo.id for todo in todos])
    todos = sorted(todos, key=lambda todo: due[todo.id].on if todo.id in due else date.max)
    return DigestOfDay(
        recipient=facts.row.name,
        day=facts.local(facts.row.created_at)[:10],
        count=len(todos),
        lines=tuple(_line(facts, todo, due.get(todo.id)) for todo in todos[:MOST_LISTED]),
        more=max(0, len(todos) - MOST_LISTED),
        link=f"{service.settings.base_url.rstrip('/')}/inbox",
    )


def _line(facts: MessageFacts, todo: Todo, due: TodoDue | None) -> DigestLine:
    return DigestLine(
        case_number=todo.case,
        what_zh=todo.what.zh,
        what_en=todo.what.en,
        since=facts.local(todo.opened_at),
        due=due.on.isoformat() if due else "",
        provisional=bool(due and due.provisional),
    )


def _incident(facts: MessageFacts) -> Content:
    row = facts.row
    return IncidentOpened(
        recipient=row.name,
        case_number=row.number,
        unit=row.unit,
        kind=row.kind,
        blocking=row.blocking,
        arrived=facts.local(row.created_at),
        link=facts.todo_link(),
    )


def _published(facts: MessageFacts) -> Content:
    row = facts.row
    return CasePublished(
        recipient=row.name,
        case_number=row.number,
        public_title=facts.title,
        address=row.url,
        published=facts.local(row.published_at),
        link=facts.case_link(),
    )


def _closed(facts: MessageFacts) -> Content:
    row = facts.row
    return CaseClosed(
        recipient=row.name,
        case_number=row.number,
        public_title=facts.title,
        closed=facts.local(row.case_closed_at),
        link=facts.case_link(),
    )


def _handed_over(facts: MessageFacts) -> Content:
    row = facts.row
    return DraftHandedOver(
        recipient=row.name,
        case_number=row.number,
        drafter=row.drafter,
        unit=row.unit,
        handed_over=facts.local(row.created_at),
        link=facts.case_link() if row.person_id == row.drafter_id else "",
    )


def _password_set(facts: MessageFacts) -> Content:
    row = facts.row
    return PasswordSet(
        recipient=row.name,
        by=row.entered_by,
        at=facts.local(row.entered_at),
        link=f"{facts.service.settings.base_url.rstrip('/')}/sign-in",
    )


_FAILED = text(
    "SELECT k.slug, k.url, k.why_zh, k.why_en, k.checked_at, e.title FROM link_check k"
    " JOIN register_entry e ON e.slug = k.slug WHERE k.id = :id"
)


def _link_broken(facts: MessageFacts) -> Content:
    with facts.service.read() as connection:
        found = connection.execute(_FAILED, {"id": int(facts.row.key.split(":")[1])}).one()
    return LinkBroken(
        recipient=facts.row.name,
        case_number=found.slug.upper(),
        title=found.title,
        address=found.url,
        why_zh=found.why_zh,
        why_en=found.why_en,
        since=facts.local(found.checked_at),
        link=f"{facts.service.settings.base_url.rstrip('/')}/links",
    )


_CONTENT: dict[str, Callable[[MessageFacts], Content]] = {
    "todo": _todo,
    "urged": _urged,
    DIGEST: _digest,
    BULK: bulk_content,
    "incident": _incident,
    "published": _published,
    "closed": _closed,
    "handed-over": _handed_over,
    "password-set": _password_set,
    "link-broken": _link_broken,
    **LIMIT_CONTENT,
}
