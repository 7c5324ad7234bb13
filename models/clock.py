"""Time limits 时限 of a case: clocks, the rungs of their ladders, and what was asked of a running clock."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text

from models.columns import Stored, generated_id, instant, json_object, reference


class Clock(Stored, table=True):
    """A running or ended time limit. With ``step_id`` it is that step round's own target; without, it belongs
    to the case and runs on through steps and returns.

    ``starts`` holds every event the law counts from; the earliest due date of them governs (``governing``).
    What is stored of the due date is what ``law_revision`` of the law made of it.
    """

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("case_id", "key", "round"),
        Index("ix_clock_open", "case_id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_clock_open_law", "law_revision", postgresql_where=text("closed_at IS NULL")),
        Index("ix_clock_step", "step_id", postgresql_where=text("step_id IS NOT NULL")),
    )

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    step_id: int | None = reference("step.id", nullable=True, index=False)
    key: str
    round: int
    title: dict[str, Any] = json_object()  # {"zh", "en"}
    starts: list[dict[str, Any]] = json_object()  # [{"rule", "zh", "en", "at"}]: parameter key, event, moment
    ladder: str  # key of its ladder; empty: its unit's own
    ending: str = "missed"  # what its end means: missed, lapse, arrive
    silence: str = ""  # of a lapse: the article that gives silence a meaning
    armed_at: datetime = instant()
    law_revision: int = 0
    governing: int = 0  # which of ``starts``
    basis: str = ""
    due_on: date | None = None  # the last day; null while time is not counted and no end of that is known
    late_from: datetime | None = instant(nullable=True)
    provisional: bool = False
    moves: int = 0  # how often the due date moved: each time its ladder begins anew
    stage: str = "running"  # running, due-soon, overdue, escalated
    changed_seq: int  # the case's sequence when it was armed, moved or ended last
    closed_at: datetime | None = instant(nullable=True)
    closed_because: str = ""  # met, lapsed, arrived, stopped
    met_late: bool = False


class Rung(Stored, table=True):
    """One rung of a clock's ladder: armed until it fires, and kept when it has. A clock that is open has
    exactly one armed rung; the database allows no second, and no rung twice.
    """

    __tablename__ = "rung"
    __table_args__ = (
        UniqueConstraint("clock_id", "moves", "kind", "place"),
        Index("ix_rung_armed", "clock_id", unique=True, postgresql_where=text("fired_at IS NULL")),
        Index("ix_rung_due", "due_at", postgresql_where=text("fired_at IS NULL")),
    )

    id: int | None = generated_id()
    clock_id: int = reference("clock.id", index=False)
    case_id: int = reference("cases.id")
    moves: int = 0
    kind: str  # remind, overdue, escalate, still-overdue, not-counted, lapse, arrive
    place: int = 0  # the number of units before or after, or the how-manieth repetition
    due_at: datetime = instant()
    fired_at: datetime | None = instant(nullable=True)
    fired_seq: int | None = None  # the case's sequence when it fired
    late: bool = False


class ClockAct(Stored, table=True):
    """What was asked of a clock, on what ground, and what became of it. It counts once it is ``granted``."""

    __tablename__ = "clock_act"
    __table_args__ = (
        Index("ix_clock_act_open", "clock_id", unique=True, postgresql_where=text("answered_at IS NULL")),
    )

    id: int | None = generated_id()
    clock_id: int = reference("clock.id")
    case_id: int = reference("cases.id")
    kind: str  # not-counted, restarted, extended
    ground: str
    basis: list[str] = json_object()  # [instrument, article]
    since: datetime | None = instant(nullable=True)  # not counted: from then on; restarted: the new start
    until: datetime | None = instant(nullable=True)  # not counted: until then; null: it lasts
    number: int | None = None  # extended: by so many of the clock's units
    asked_by: int = reference("person.id", index=False)
    asked_at: datetime = instant()
    answered_by: int | None = reference("person.id", nullable=True, index=False)
    answered_at: datetime | None = instant(nullable=True)
    granted: bool | None = None
    answer: str = ""
    resumed_by: int | None = reference("person.id", nullable=True, index=False)
