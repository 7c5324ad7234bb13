"""A unit of work on one case: lock first, load after, write once at the end.

READ COMMITTED makes the order safe: the second statement's snapshot is taken after the lock is held.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from engine.actor import Actor
from engine.ledger import Chain
from engine.replay import Recorded, StepId
from models import Assignment, Case, Decision, Step
from rules.errors import AssignmentNotFound, CaseNotFound

_cases, _step, _assignment, _decision = (
    Case.__table__,
    Step.__table__,
    Assignment.__table__,
    Decision.__table__,
)

_LOCK_BY_ID = select(_cases).where(_cases.c.id == bindparam("id")).with_for_update(of=_cases)
_LOCK_BY_NUMBER = select(_cases).where(_cases.c.number == bindparam("number")).with_for_update(of=_cases)
_LOCK_BY_ASSIGNMENT = (
    select(_cases)
    .join(_assignment, _assignment.c.case_id == _cases.c.id)
    .where(_assignment.c.id == bindparam("assignment"))
    .with_for_update(of=_cases)
)
_STEPS = select(_step).where(_step.c.case_id == bindparam("case")).order_by(_step.c.id)
_DECISIONS = (
    select(
        _decision.c.assignment_id,
        _decision.c.step_id,
        _decision.c.person_id,
        _decision.c.action,
        _assignment.c.ordinal,
    )
    .join(_assignment, _assignment.c.id == _decision.c.assignment_id)
    .where(_decision.c.case_id == bindparam("case"))
    .order_by(_decision.c.id)
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
_SAVE = (
    update(_cases)
    .where(_cases.c.id == bindparam("case_id"))
    .values({name: bindparam(f"new_{name}") for name in _SAVED})
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


_CASE_FIELDS = tuple(CaseRow.__dataclass_fields__)
_STEP_FIELDS = tuple(StepRow.__dataclass_fields__)


@dataclass
class Work:
    """Everything known and written of one case within one transaction."""

    connection: Connection
    now: datetime
    timezone: str
    actor: str
    channel: str
    case: CaseRow
    chain: Chain
    steps: dict[StepId, StepRow] = field(default_factory=dict)
    decisions: list[Row[Any]] = field(default_factory=list)

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

    def step_of(self, step_id: int | None) -> StepRow | None:
        """The journal row with this id."""
        return next((row for row in self.steps.values() if row.id == step_id), None)

    def finish(self) -> None:
        """Write the ledger and the case row. Call once, last, before commit."""
        case = self.case
        case.seq = self.seq
        case.ledger_seq, case.ledger_head = self.chain.seq, self.chain.head
        self.chain.flush(self.connection)
        values = {f"new_{name}": getattr(case, name) for name in _SAVED}
        self.connection.execute(_SAVE, {"case_id": case.id, **values})


def work_on_assignment(
    connection: Connection, assignment_id: int, *, actor: Actor, now: datetime, timezone: str
) -> Work:
    """Lock the case a to-do belongs to, then load its journal.

    Raises:
        AssignmentNotFound: no such to-do.
    """
    row = connection.execute(_LOCK_BY_ASSIGNMENT, {"assignment": assignment_id}).one_or_none()
    if row is None:
        raise AssignmentNotFound(where="assignment", assignment=assignment_id)
    return _loaded(connection, row, actor=actor.username, channel=actor.channel, now=now, timezone=timezone)


def work_on_case(
    connection: Connection, case: int | str, *, actor: str, channel: str, now: datetime, timezone: str
) -> Work:
    """Lock a case by id or number, then load its journal.

    Raises:
        CaseNotFound: no such case.
    """
    if isinstance(case, int):
        row = connection.execute(_LOCK_BY_ID, {"id": case}).one_or_none()
    else:
        row = connection.execute(_LOCK_BY_NUMBER, {"number": case}).one_or_none()
    if row is None:
        raise CaseNotFound(where="case", number=case)
    return _loaded(connection, row, actor=actor, channel=channel, now=now, timezone=timezone)


def _loaded(
    connection: Connection, row: Row[Any], *, actor: str, channel: str, now: datetime, timezone: str
) -> Work:
    columns = row._mapping
    case = CaseRow(**{name: columns[name] for name in _CASE_FIELDS})
    work = Work(
        connection, now, timezone, actor, channel, case, Chain(case.id, case.ledger_seq, case.ledger_head)
    )
    for step in connection.execute(_STEPS, {"case": case.id}):
        columns = step._mapping
        work.steps[(step.key, step.round)] = StepRow(**{name: columns[name] for name in _STEP_FIELDS})
    work.decisions = list(connection.execute(_DECISIONS, {"case": case.id}))
    return work
