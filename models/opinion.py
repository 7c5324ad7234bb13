"""Public opinion 舆情: where it was seen again, what was released in answer, and the watch log."""

from datetime import date, datetime, time

from sqlalchemy import ARRAY, Column, Index, Text, UniqueConstraint
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, reference


class OpinionSighting(Stored, table=True):
    """A piece of public opinion that was seen once more 再次监测. Only grows; said twice, it is kept once."""

    __tablename__ = "opinion_sighting"
    __table_args__ = (UniqueConstraint("case_id", "source", "seen_at", "spread"),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    source: str
    spread: int
    seen_at: datetime = instant()
    late_reason: str = ""
    entered_by: str
    entered_at: datetime = instant()


class OpinionRelease(Stored, table=True):
    """A release in answer to public opinion 发布: of which reviewed text, where, when. Only grows."""

    __tablename__ = "opinion_release"
    __table_args__ = (Index("ix_opinion_release_case", "case_id", "released_at"),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    document_version_id: int = reference("document_version.id", index=False)
    channel: str
    address: str = ""
    released_at: datetime = instant()
    logged_by: str
    logged_at: datetime = instant()


class WatchLogEntry(Stored, table=True):
    """值班监测日志: who watched what, from when to when, and what was found. Only grows."""

    __tablename__ = "watch_log_entry"
    __table_args__ = (Index("ix_watch_log_day", "watched_on", "id"),)

    id: int | None = generated_id()
    watched_on: date
    since: time
    until: time
    watched_by: int = reference("person.id", index=False)
    sources: str
    found: str = ""  # empty: nothing
    cases: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    entered_at: datetime = instant()
