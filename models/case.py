"""A case 事项 and its journal: steps 环节, to-dos 待办, decisions 意见, incidents 异常."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, json_object, reference


class Case(Stored, table=True):
    """One run of a procedure. ``seq`` counts its changes; the head of its ledger chain is kept here."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("launched_by", "launch_key"),
        Index("ix_case_open", "id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_case_unique_key",
            "procedure",
            "unique_key",
            unique=True,
            postgresql_where=text("unique_key IS NOT NULL"),
        ),
    )

    id: int | None = generated_id()
    number: str = Field(unique=True)
    procedure: str
    version: int
    intake: dict[str, Any] = json_object()
    title: str = ""  # empty while a state secret is claimed
    unit_id: int = reference("unit.id")
    drafter_id: int = reference("person.id")
    launched_by: int | None = reference("person.id", nullable=True)
    channel: str
    launch_key: str | None = None
    launch_digest: str = ""
    unique_key: str | None = None  # of each there is one case of the procedure only
    launched_at: datetime = instant()
    seq: int = 0
    ledger_seq: int = 0
    ledger_head: str = ""
    document_version_id: int | None = None  # the current version; null: none yet
    title_is_public: bool = False
    frozen: bool = False
    closed_at: datetime | None = instant(nullable=True)
    outcome: str = ""


class CaseLink(Stored, table=True):
    """A case says what it is to another one 关联. Only grows."""

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("case_id", "other_id", "relation"),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    other_id: int = reference("cases.id")
    relation: str
    made_at: datetime = instant()


class Milestone(Stored, table=True):
    """A point of its way a case has come to, for others that wait for it 节点. Only grows."""

    __tablename__ = "milestone"
    __table_args__ = (Index("ix_milestone_reached", "case_id", "name", "id"),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    name: str
    facts: dict[str, Any] = json_object()
    reached_at: datetime = instant()


class CaseCounter(Stored, table=True):
    """The last serial given per prefix (``ZD-2026``, ``青应急〔2026〕``)."""

    __tablename__ = "case_counter"

    prefix: str = Field(primary_key=True)
    last: int


class Step(Stored, table=True):
    """One round of one step: the journal. ``call`` is what was asked, ``outcome`` what came of it."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("case_id", "key", "round"),
        Index("ix_step_open", "case_id", postgresql_where=text("settled_at IS NULL")),
        Index("ix_step_awaiting", "id", postgresql_where=text("kind = 'await' AND settled_at IS NULL")),
    )

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    key: str
    round: int
    kind: str
    call: dict[str, Any] = json_object()
    document_version_id: int | None = None
    opened_seq: int
    opened_at: datetime = instant()
    settled_seq: int | None = None
    settled_at: datetime | None = instant(nullable=True)
    outcome: dict[str, Any] | None = json_object(nullable=True)


class Assignment(Stored, table=True):
    """A to-do 待办: of a person, or of whoever holds a position now. Names the version it is about.

    Of a step, of an incident, of an escalation (``rung_id``), or of something asked of a clock.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_open", "position", "unit_id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_assignment_open_person",
            "person_id",
            postgresql_where=text("closed_at IS NULL AND person_id IS NOT NULL"),
        ),
        Index("ix_assignment_closed_apart", "closed_at", postgresql_where=text("step_id IS NULL")),
    )

    id: int | None = generated_id()
    case_id: int = reference("cases.id")
    step_id: int | None = reference("step.id", nullable=True)
    incident_id: int | None = reference("incident.id", nullable=True)
    rung_id: int | None = reference("rung.id", nullable=True)
    clock_act_id: int | None = reference("clock_act.id", nullable=True)
    position: str
    unit_id: int | None = None
    person_id: int | None = None
    ordinal: int = 0
    document_version_id: int | None = None
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)
    closed_because: str = ""
    note: str = ""  # what the superior did about an escalation


class Decision(Stored, table=True):
    """A decision 意见. Immutable; at most one per to-do; ``received_at`` decides races."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("person_id", "idempotency_key"),)

    id: int | None = generated_id()
    assignment_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("assignment.id"), nullable=False, unique=True)
    )
    case_id: int = reference("cases.id")
    step_id: int = reference("step.id")
    person_id: int = reference("person.id", index=False)
    action: str
    opinion: str = ""
    answers: dict[str, Any] = json_object()
    return_to: str | None = None
    return_mode: str | None = None
    document_version_id: int | None = None
    channel: str
    idempotency_key: str | None = None
    request_digest: str = ""
    received_at: datetime = instant()
    decided_at: datetime = instant()


class Incident(Stored, table=True):
    """Something an administrator must look at 异常. ``blocking``: the case waits for it."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_open", "case_id", postgresql_where=text("resolved_at IS NULL")),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id")
    step_id: int | None = reference("step.id", nullable=True, index=False)
    kind: str
    blocking: bool
    message_zh: str
    message_en: str
    opened_at: datetime = instant()
    resolved_at: datetime | None = instant(nullable=True)
    resolved_by: int | None = None
    resolution: str = ""


class Activity(Stored, table=True):
    """An automated step's row: its attempts, and the lease 执行权 of whoever is executing it."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_due", "next_try_at", postgresql_where=text("settled_at IS NULL")),)

    step_id: int = reference("step.id", primary_key=True)
    case_id: int = reference("cases.id")
    name: str
    arguments: dict[str, Any] = json_object()
    idempotency_key: str = Field(unique=True)
    epoch: int = 0
    leased_by: str | None = None
    leased_until: datetime | None = instant(nullable=True)
    attempts: int = 0
    next_try_at: datetime | None = instant(nullable=True)
    last_error: str = ""
    settled_at: datetime | None = instant(nullable=True)
