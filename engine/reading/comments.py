"""The comments on a case, for its own people: what was said, what became of it, by day and by theme."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from engine.actor import Actor
from engine.participation.comments import Comment, Theme, comments_of, themes_of
from engine.policy import Act, may
from engine.reading.values import snapshot
from engine.reading.visible import load_visible
from engine.service import Service
from rules.time import local_date

_WINDOW = text(
    "SELECT slug, opens_at, closes_at, settled_at, outcome_at, outcome_slug FROM comment_window"
    " WHERE case_id = :case"
)
_EVENTS = text(
    "SELECT form, held_on, place, participants, summary FROM consultation_event"
    " WHERE case_id = :case ORDER BY id"
)


@dataclass(frozen=True)
class Window:
    """When comments are accepted, and how far the answer to them has come."""

    slug: str
    opens_at: datetime
    closes_at: datetime | None
    settled_at: datetime | None
    outcome_at: datetime | None
    outcome_slug: str

    @property
    def taken(self) -> bool:
        """Whether comments are still registered and disposed of."""
        return self.settled_at is None


@dataclass(frozen=True)
class Event:
    """A hearing, consultation, meeting or briefing that was held."""

    form: str
    held_on: date
    place: str
    participants: str
    summary: str


@dataclass(frozen=True)
class CommentsView:
    """All of it; ``days``: how many comments came on each day on which any did."""

    number: str
    window: Window | None
    comments: list[Comment]
    themes: list[Theme]
    days: list[tuple[date, int]]
    events: list[Event]
    may_weigh: bool
    may_moderate: bool

    @property
    def undisposed(self) -> int:
        """How many have no disposition yet."""
        return sum(comment.disposition is None for comment in self.comments)


def read_comments(service: Service, actor: Actor, number: str) -> CommentsView:
    """What the public said on a case.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
        NotAllowed: the actor takes no part in it.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number, Act.READ_DOCUMENT)
        comments = comments_of(connection, case.row.id)
        zone = service.settings.timezone
        days = Counter(local_date(comment.received_at, zone) for comment in comments)
        window = _window(connection, case.row.id)
        taken = window is not None and window.taken
        return CommentsView(
            number=case.row.number,
            window=window,
            comments=comments,
            themes=themes_of(connection, case.row.id, comments),
            days=sorted(days.items()),
            events=[Event(*row) for row in connection.execute(_EVENTS, {"case": case.row.id})],
            may_weigh=taken and may(actor, Act.WEIGH_COMMENTS, case.facts),
            may_moderate=window is not None and may(actor, Act.MODERATE_COMMENTS, case.facts),
        )


def _window(connection: Connection, case_id: int) -> Window | None:
    row = connection.execute(_WINDOW, {"case": case_id}).one_or_none()
    return Window(*row) if row else None
