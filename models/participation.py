"""Public participation 公众参与: windows for comments, the comments, what became of each, other events."""

from datetime import date, datetime

from sqlalchemy import Column, DateTime, UniqueConstraint
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, reference


class CommentWindow(Stored, table=True):
    """When comments on an announcement are accepted, on any path: the database refuses all others.

    ``closes_at``: the first instant that is too late; null: not fixed yet (a hearing decides). After
    ``settled_at`` every comment has its disposition and none is registered any more.
    """

    __tablename__ = "comment_window"

    case_id: int = reference("cases.id", primary_key=True)
    slug: str = Field(unique=True)  # of the announcement in the public register
    title: str
    online: bool  # whether the public page takes comments
    opens_at: datetime = instant()
    closes_at: datetime | None = instant(nullable=True)
    settled_at: datetime | None = instant(nullable=True)
    outcome_at: datetime | None = instant(nullable=True)
    outcome_slug: str = Field(default="", sa_column_kwargs={"server_default": ""})


class PublicComment(Stored, table=True):
    """One comment 意见, as it came. Only grows; of its receipt number the hash alone is kept."""

    __tablename__ = "public_comment"
    __table_args__ = (UniqueConstraint("case_id", "serial"),)

    id: int | None = generated_id()
    case_id: int = reference("comment_window.case_id", index=False)
    serial: int  # within its case; the database counts
    said: str
    channel: str  # web, letter, mail, phone, hearing, other
    from_whom: str  # public, organisation
    received_at: datetime = instant()
    registered_at: datetime = instant()
    registered_by: int | None = reference("person.id", nullable=True, index=False)
    receipt_hash: str = Field(unique=True)


class CommentAuthor(Stored, table=True):
    """Who commented, where they said so. Never shown to the public, and may be erased."""

    __tablename__ = "comment_author"

    comment_id: int = reference("public_comment.id", primary_key=True)
    name: str
    contact: str


class CommentModeration(Stored, table=True):
    """Whether a comment is shown to the public; the latest counts. A hidden one was received all the same."""

    __tablename__ = "comment_moderation"

    id: int | None = generated_id()
    comment_id: int = reference("public_comment.id")
    shown: bool
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    decided_by: int = reference("person.id", index=False)
    decided_at: datetime = instant()


class CommentTheme(Stored, table=True):
    """What several comments are about, as the drafter names it, and the reason given to the public."""

    __tablename__ = "comment_theme"
    __table_args__ = (UniqueConstraint("case_id", "name"),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    name: str
    public_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})


class CommentDisposition(Stored, table=True):
    """采纳情况: adopted, partly, or not, with the reason. Only grows; the latest of a comment counts."""

    __tablename__ = "comment_disposition"

    id: int | None = generated_id()
    comment_id: int = reference("public_comment.id")
    theme_id: int = reference("comment_theme.id", index=False)
    disposition: str
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    decided_by: int = reference("person.id", index=False)
    decided_at: datetime = instant()


class ConsultationEvent(Stored, table=True):
    """A hearing, consultation, meeting attended or media briefing that was held. Only grows."""

    __tablename__ = "consultation_event"

    id: int | None = generated_id()
    case_id: int = reference("cases.id")
    form: str
    held_on: date
    place: str
    participants: str
    summary: str
    recorded_at: datetime = instant()


class CommentDay(Stored, table=True):
    """The key of the day under which addresses are hashed; it goes with the day."""

    __tablename__ = "comment_day"

    day: date = Field(primary_key=True)
    salt: str


class CommentUse(Stored, table=True):
    """How many comments were sent in an hour, from one hashed address, and from all (``*``)."""

    __tablename__ = "comment_use"

    hour: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    who: str = Field(primary_key=True)
    used: int
