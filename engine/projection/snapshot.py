"""What is to be shown of a case, read at one sequence. No text, no opinions, no names of people."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, text

CONSOLE = "prefect-console"
"""The channel, and the actor the ledger names, of a case launched by Prefect's form: it knows no persons."""

ADOPTED = "prefect-run:"
"""Launch keys of such cases start with this; the run's id follows."""

_RUN_KEY = re.compile(r"[A-Z]{2}-\d{4}-\d{4,}:\d+")


def is_run_key(key: str | None) -> bool:
    """Whether a run's idempotency key is one we give: case number and generation."""
    return key is not None and _RUN_KEY.fullmatch(key) is not None


@dataclass(frozen=True)
class StepSeen:
    """One step round, with what is known of its execution where it is automated."""

    key: str
    round: int
    kind: str
    call: dict[str, Any]
    opened_seq: int
    opened_at: datetime
    settled_seq: int | None
    settled_at: datetime | None
    action: str | None  # of a settled review
    finding: str  # of a settled confidentiality review: a word of the form, no text
    attempts: int | None  # null: not automated
    next_try_at: datetime | None
    leased_until: datetime | None
    article: str = ""  # of a lapsed step: what gives silence its meaning

    @property
    def label(self) -> str:
        """``key:round``, the task run's dynamic key."""
        return f"{self.key}:{self.round}"


@dataclass(frozen=True)
class RungSeen:
    """A rung that fired, and the posts (never persons) it asked."""

    id: int
    kind: str
    place: int
    due_at: datetime
    fired_at: datetime
    fired_seq: int
    late: bool
    asked: tuple[str, ...]


@dataclass(frozen=True)
class ClockSeen:
    """A time limit; ``step`` is the label of the step whose own target it is, null: it is the case's."""

    id: int
    step: str | None
    round: int
    title: dict[str, str]
    starts: list[dict[str, Any]]
    governing: int
    silence: str
    armed_at: datetime
    basis: str
    due_on: date | None
    late_from: datetime | None
    provisional: bool
    moves: int
    stage: str
    changed_seq: int
    closed_at: datetime | None
    closed_because: str
    met_late: bool
    rungs: tuple[RungSeen, ...] = field(default=())


@dataclass(frozen=True)
class CaseSeen:
    """A case and the run that shows it."""

    id: int
    number: str
    procedure: str
    intake: dict[str, Any]
    seq: int
    unit: str
    title: str  # empty until it is public
    doc_no: str  # empty until it is public
    launched_at: datetime
    closed_at: datetime | None
    outcome: str
    blocked: bool  # an incident holds it up
    adopted_run: UUID | None
    generation: int
    flow_run_id: UUID | None
    shown_seq: int
    woken_at: datetime | None
    pause_key: str
    label: str
    message: str
    sheet_id: UUID | None
    deadlines_id: UUID | None
    finished: bool
    family: tuple[str, ...] = ()  # numbers of the cases it is about; of a document's parts, none
    steps: tuple[StepSeen, ...] = field(default=())
    clocks: tuple[ClockSeen, ...] = field(default=())  # the case's own first

    @property
    def open_steps(self) -> list[StepSeen]:
        """The steps the case waits at; an automated one first, for it is what a run is woken for."""
        open_ones = [step for step in self.steps if step.settled_at is None]
        return sorted(open_ones, key=lambda step: step.attempts is None)

    def target_of(self, step: StepSeen) -> ClockSeen | None:
        """The clock of a step round's own target."""
        return next((clock for clock in self.clocks if clock.step == step.label), None)

    @property
    def run_key(self) -> str:
        """Idempotency key of the run: a key alone would give back a run spoilt by hand, for ever."""
        return f"{self.number}:{self.generation}"


_CASES = text(
    """
    SELECT c.id, c.number, c.procedure, c.intake, c.seq, u.name AS unit, c.launched_at, c.closed_at,
           c.outcome,
           CASE WHEN c.title_is_public THEN c.title ELSE '' END AS title,
           CASE WHEN c.title_is_public THEN coalesce(i.doc_no, '') ELSE '' END AS doc_no,
           c.frozen OR EXISTS (SELECT FROM incident n WHERE n.case_id = c.id AND n.blocking
                               AND n.resolved_at IS NULL) AS blocked,
           CASE WHEN c.channel = :console AND c.launch_key LIKE :adopted
                THEN substr(c.launch_key, length(:prefix) + 1)::uuid END AS adopted_run,
           coalesce(s.generation, 1) AS generation, s.flow_run_id, coalesce(s.shown_seq, 0) AS shown_seq,
           s.woken_at, coalesce(s.pause_key, '') AS pause_key, coalesce(s.label, '') AS label,
           coalesce(s.message, '') AS message, s.sheet_id, s.deadlines_id,
           coalesce(s.finished, false) AS finished,
           ARRAY(WITH RECURSIVE about (id) AS (
                     SELECT other_id FROM case_link WHERE case_id = c.id AND relation <> 'part-of'
                     UNION SELECT l.other_id FROM case_link l JOIN about a ON l.case_id = a.id
                            WHERE l.relation <> 'part-of')
                 SELECT o.number FROM about JOIN cases o ON o.id = about.id
                  WHERE o.id <> c.id ORDER BY o.id) AS family
    FROM cases c
    JOIN unit u ON u.id = c.unit_id
    LEFT JOIN document_issue i ON i.case_id = c.id
    LEFT JOIN shown_case s ON s.case_id = c.id
    WHERE c.id IN :ids
    ORDER BY c.id
    """
).bindparams(bindparam("ids", expanding=True))
_STEPS = text(
    """
    SELECT t.case_id, t.key, t.round, t.kind, t.call, t.opened_seq, t.opened_at, t.settled_seq, t.settled_at,
           t.outcome ->> 'action' AS action, coalesce(t.outcome #>> '{answers,finding}', '') AS finding,
           coalesce(t.outcome ->> 'article', '') AS article,
           a.attempts, a.next_try_at, a.leased_until
    FROM step t LEFT JOIN activity a ON a.step_id = t.id
    WHERE t.case_id IN :ids
    ORDER BY t.id
    """
).bindparams(bindparam("ids", expanding=True))


_CLOCKS = text(
    """
    SELECT k.*, s.key || ':' || s.round AS step FROM clock k LEFT JOIN step s ON s.id = k.step_id
    WHERE k.case_id IN :ids
    ORDER BY k.step_id IS NOT NULL, k.id
    """
).bindparams(bindparam("ids", expanding=True))
_RUNGS = text(
    """
    SELECT r.*, ARRAY(SELECT a.position FROM assignment a WHERE a.rung_id = r.id ORDER BY a.id) AS asked
    FROM rung r
    WHERE r.case_id IN :ids AND r.fired_at IS NOT NULL
    ORDER BY r.id
    """
).bindparams(bindparam("ids", expanding=True))


def read_cases(connection: Connection, case_ids: Iterable[int]) -> list[CaseSeen]:
    """These cases. The case rows are read first: what the others know beyond them is shown again later."""
    ids = list(case_ids)
    if not ids:
        return []
    binding = {"ids": ids, "console": CONSOLE, "adopted": f"{ADOPTED}%", "prefix": ADOPTED}
    rows = connection.execute(_CASES, binding).all()
    steps: dict[int, list[StepSeen]] = {row.id: [] for row in rows}
    for step in connection.execute(_STEPS, {"ids": ids}):
        if step.case_id in steps:
            steps[step.case_id].append(_step(step))
    clocks = _clocks(connection, ids)
    return [
        CaseSeen(
            **{**row._mapping, "family": tuple(row.family)},
            steps=tuple(steps[row.id]),
            clocks=tuple(clocks.get(row.id, ())),
        )
        for row in rows
    ]


def _step(row: Row[Any]) -> StepSeen:
    columns = row._mapping
    return StepSeen(**{name: columns[name] for name in StepSeen.__dataclass_fields__})


def _clocks(connection: Connection, ids: list[int]) -> dict[int, list[ClockSeen]]:
    """By case, each with its rungs."""
    rungs: dict[int, list[RungSeen]] = {}
    for row in connection.execute(_RUNGS, {"ids": ids}):
        seen = {name: row._mapping[name] for name in RungSeen.__dataclass_fields__}
        rungs.setdefault(row.clock_id, []).append(RungSeen(**seen | {"asked": tuple(row.asked)}))
    clocks: dict[int, list[ClockSeen]] = {}
    for row in connection.execute(_CLOCKS, {"ids": ids}):
        seen = {name: row._mapping[name] for name in ClockSeen.__dataclass_fields__ if name != "rungs"}
        clocks.setdefault(row.case_id, []).append(ClockSeen(**seen, rungs=tuple(rungs.get(row.id, ()))))
    return clocks
