"""What is told of a case 事项, as values."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.reading.stated import Stated
from engine.reading.values import Named, Wording


@dataclass(frozen=True)
class HeldBy:
    """Who has an open to-do, and since when. ``people`` is empty when the post has nobody who may act."""

    todo: int
    position: Named
    unit: str | None
    people: list[str]
    since: datetime


@dataclass(frozen=True)
class Decided:
    """One decision. Opinion and answers only for those who may read the document."""

    by: str
    position: Named
    action: Named
    opinion: str | None
    answers: dict[str, Any] | None
    return_to: str | None
    return_mode: str | None
    document_version: int | None
    channel: str
    at: datetime
    stated: list[Stated] = field(default_factory=list)  # the answers in the form's words


@dataclass(frozen=True)
class StepRound:
    """One round of one step; ``action`` is what it settled with, for steps people decide.

    ``lapsed_by``: nobody decided, and this is the article that gives that silence a meaning.
    """

    step: Named
    round: int
    kind: str
    basis: str
    opened_at: datetime
    settled_at: datetime | None
    action: str | None
    document_version: int | None
    lapsed_by: str | None = None
    decisions: list[Decided] = field(default_factory=list)


@dataclass(frozen=True)
class IncidentView:
    """Something an administrator must look at, or has."""

    kind: str
    blocking: bool
    message: Wording
    opened_at: datetime
    resolved_at: datetime | None
    resolution: str


@dataclass(frozen=True)
class OpenStep:
    """Where the case is. ``attempts`` and ``next_try_at`` are those of an automated step."""

    step: Named
    round: int
    kind: str
    since: datetime
    attempts: int | None
    next_try_at: datetime | None


@dataclass(frozen=True)
class IssueView:
    """编号、成文日期、印发日期、标注."""

    doc_no: str
    formed_on: date
    issued_on: date
    marking: str


@dataclass(frozen=True)
class PublicationView:
    """Where and when it was published."""

    url: str
    published_at: datetime


@dataclass(frozen=True)
class CaseView:
    """A case as those who may know of it see it. ``state``: waiting, automated, stopped or closed."""

    number: str
    procedure: str
    version: int
    title: str | None
    may_read_document: bool
    unit: Named
    drafter: str
    in_charge: Named  # the post of who is called drafter here: of some procedures it is another
    launched_by: str | None
    channel: str
    launched_at: datetime
    state: str
    outcome: str
    closed_at: datetime | None
    document_version: int | None
    at: list[OpenStep]
    held_by: list[HeldBy]
    issue: IssueView | None
    publication: PublicationView | None
    incidents: list[IncidentView]
    timeline: list[StepRound]
    urged: int  # how often somebody urged it
    may_urge: bool  # and somebody else has it


@dataclass(frozen=True)
class Timeline:
    """How the case came where it is."""

    number: str
    steps: list[StepRound]
