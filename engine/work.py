"""A unit of work on one case: lock first, load after, write once at the end.

READ COMMITTED makes the order safe: the second statement's snapshot is taken after the lock is held.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from engine.actor import Actor, load_actor
from engine.law import REVISION, Law, law_of
from engine.ledger import Chain, appending
from engine.replay import Recorded, StepId
from engine.service import Service
from models import Assignment, Case, Decision, DocumentVersion, Step
from models.statement import Statement
from rules.errors import AssignmentNotFound, CaseNotFound

_cases, _step, _assignment, _decision, _version = (
    Case.__table__,
    Step.__table__,
    Assignment.__table__,
    Decision.__table__,
    DocumentVersion.__table__,
)

_SAVED = (
    "seq",
    "ledger_seq",
    "ledger_head",
    "document_version_id",
    "title",
    "title_is_public",
    "frozen",
    "closed_at",
    "outcome",
)
_CASE = [
    _cases.c[name]
    for name in ("id", "number", "procedure", "version", "intake", "unit_id", "drafter_id", *_SAVED)
]

_LOCK = select(*_CASE, REVISION.label("law_revision")).with_for_update(of=_cases)
_LOCK_BY_ID = Statement(_LOCK.where(_cases.c.id == bindparam("id")))
_LOCK_BY_NUMBER = Statement(_LOCK.where(_cases.c.number == bindparam("number")))
_LOCK_BY_ASSIGNMENT = Statement(
    _LOCK.join(_assignment, _assignment.c.case_id == _cases.c.id).where(
        _assignment.c.id == bindparam("assignment")
    )
)
_STEPS = Statement(
    select(
        _step.c.id,
        _step.c.key,
        _step.c.round,
        _step.c.kind,
        _step.c.call,
        _step.c.document_version_id,
        _step.c.outcome,
        _step.c.opened_at,
        _step.c.settled_at,
        _version.c.created_by,
    )
    .outerjoin(_version, _version.c.id == _step.c.document_version_id)
    .where(_step.c.case_id == bindparam("case"))
    .order_by(_step.c.id)
)
_ASSIGNMENTS = Statement(
    select(
        _assignment.c.id,
        _assignment.c.step_id,
        _assignment.c.rung_id,
        _assignment.c.clock_act_id,
        _assignment.c.position,
        _assignment.c.unit_id,
        _assignment.c.person_id,
        _assignment.c.ordinal,
        _assignment.c.document_version_id,
        _assignment.c.closed_at,
        _assignment.c.closed_because,
        _decision.c.person_id.label("decided_by"),
        _decision.c.action,
    )
    .outerjoin(_decision, _decision.c.assignment_id == _assignment.c.id)
    .where(_assignment.c.case_id == bindparam("case"))
    .order_by(_assignment.c.id)
)
_SAVE = Statement(
    update(_cases)
    .where(_cases.c.id == bindparam("case_id"))
    .values({n: bindparam(f"new_{n}") for n in _SAVED})
    .add_cte(appending().cte("appended"))
)


@dataclass
class StepRow:
    """One journal row, as loaded or just opened."""

    id: int
    key: str
    round: int
    kind: str
    call: dict[str, Any]
    document_version_id: int | None
    outcome: dict[str, Any] | None
    opened_at: datetime
    settled_at: datetime | None
    author_id: int | None = None  # who wrote the version it is about

    @property
    def label(self) -> str:
        """``key:round``, as the ledger and Prefect name it."""
        return f"{self.key}:{self.round}"


@dataclass
class CaseRow:
    """The locked case; the fields in ``_SAVED`` are written back by ``finish``."""

    id: int
    number: str
    procedure: str
    version: int
    intake: dict[str, Any]
    title: str
    unit_id: int
    drafter_id: int
    seq: int
    ledger_seq: int
    ledger_head: str
    document_version_id: int | None
    title_is_public: bool
    frozen: bool
    closed_at: datetime | None
    outcome: str
    law_revision: int


@dataclass
class Work:
    """Everything known and written of one case within one transaction.

    ``now`` is statutory time; ``machine_now`` is for what the worker does next and when: see ``Service``.
    """

    service: Service
    connection: Connection
    now: datetime
    machine_now: datetime
    timezone: str
    actor: str
    channel: str
    case: CaseRow
    chain: Chain
    website: str = "automatic"  # how this installation publishes: ``Settings.website_way``
    steps: dict[StepId, StepRow] = field(default_factory=dict)
    assignments: list[Any] = field(default_factory=list)  # all to-dos ever, with who decided what
    received_at: datetime | None = None  # when what is being done reached us, if that was before ``now``

    @property
    def law(self) -> Law:
        """The law of the moment the case was locked. What changes after that is caught up with."""
        return law_of(self.connection, self.timezone, self.case.law_revision)

    @property
    def acted_at(self) -> datetime:
        """What decides whether something was done in time: when it was received, not when it was our turn."""
        return self.now if self.received_at is None else min(self.received_at, self.now)

    @property
    def seq(self) -> int:
        """The case's sequence after this work."""
        return self.case.seq + 1

    def journal(self) -> dict[StepId, Recorded]:
        """The journal as replay reads it."""
        return {step: Recorded(row.kind, row.call, row.outcome) for step, row in self.steps.items()}

    def note(
        self, action: str, *, basis: str = "", step: str = "", data: dict[str, Any] | None = None
    ) -> None:
        """Append a ledger entry in the present actor's name."""
        self.chain.append(
            action, at=self.now, actor=self.actor, channel=self.channel, basis=basis, step=step, data=data
        )

    def mark_decided(self, assignment_id: int, *, by: int, action: str) -> None:
        """Know of a decision just stored: who may act next depends on it."""
        made = {"closed_at": self.now, "closed_because": "decided", "decided_by": by, "action": action}
        self.assignments = [
            row._replace(**made) if row.id == assignment_id else row for row in self.assignments
        ]

    def decisions_of(self, step_id: int) -> list[Any]:
        """The decided to-dos of one step round, in the order they were opened."""
        return [row for row in self.assignments if row.step_id == step_id and row.action is not None]

    def step_of(self, step_id: int | None) -> StepRow | None:
        """The journal row with this id."""
        return next((row for row in self.steps.values() if row.id == step_id), None)

    def finish(self) -> None:
        """Write the ledger and the case row. Call once, last, before commit."""
        case = self.case
        case.seq = self.seq
        case.ledger_seq, case.ledger_head = self.chain.seq, self.chain.head
        values = {f"new_{name}": getattr(case, name) for name in _SAVED}
        _SAVE.run(self.connection, {"case_id": case.id, "entries": self.chain.taken(), **values})


def work_on_assignment(
    service: Service, connection: Connection, assignment_id: int, actor: Actor
) -> tuple[Work, Actor]:
    """Lock the case a to-do belongs to, then load its journal, and the actor once more.

    Since the request came in, a post may have changed hands: a website was looked at, a file read, the lock
    waited for. What counts is what the person holds now.

    Raises:
        AssignmentNotFound: no such to-do.
        UnknownPerson: the actor was deactivated meanwhile.
    """
    rows = _LOCK_BY_ASSIGNMENT.run(connection, {"assignment": assignment_id})
    if not rows:
        raise AssignmentNotFound(where="assignment", assignment=assignment_id)
    work = _loaded(service, connection, rows[0], actor=actor.username, channel=actor.channel)
    return work, load_actor(connection, actor.username, channel=actor.channel, today=service.today)


def work_on_case(
    service: Service, connection: Connection, case: int | str, *, actor: str = "system", channel: str
) -> Work:
    """Lock a case by id or number, then load its journal.

    Raises:
        CaseNotFound: no such case.
    """
    if isinstance(case, int):
        rows = _LOCK_BY_ID.run(connection, {"id": case})
    else:
        rows = _LOCK_BY_NUMBER.run(connection, {"number": case})
    if not rows:
        raise CaseNotFound(where="case", number=case)
    return _loaded(service, connection, rows[0], actor=actor, channel=channel)


def _loaded(service: Service, connection: Connection, row: Any, *, actor: str, channel: str) -> Work:
    case = CaseRow(**row._asdict())
    chain = Chain(case.id, case.ledger_seq, case.ledger_head)
    settings, machine_now = service.settings, service.machine_now
    work = Work(
        service,
        connection,
        service.statutory(machine_now),
        machine_now,
        settings.timezone,
        actor,
        channel,
        case,
        chain,
        settings.website_way,
    )
    for step in _STEPS.run(connection, {"case": case.id}):
        work.steps[(step.key, step.round)] = StepRow(*step)
    work.assignments = _ASSIGNMENTS.run(connection, {"case": case.id})
    return work
