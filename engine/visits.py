"""What a flow run must know when it begins and each time it looks again: from our database alone."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from engine.acts.launch import LaunchRequest, launch
from engine.calls import ActivityCall
from engine.forms import fill
from engine.procedures import Procedure, procedure
from engine.projection.record import note, note_run
from engine.projection.snapshot import ADOPTED, CONSOLE, CaseSeen, StepSeen, is_run_key, read_cases
from engine.replay import Ended, Recorded, replay
from engine.service import Service
from engine.yearly import yearly_intake
from models import Case, ShownCase, Step
from rules.errors import GongkaiError

log = structlog.get_logger(__name__)
_shown, _cases, _step = ShownCase.__table__, Case.__table__, Step.__table__


@dataclass(frozen=True)
class Visit:
    """A flow run at work on its case."""

    case_id: int
    number: str
    flow_run_id: UUID
    unasked: CaseSeen | None = None  # set when we did not wake this run


class NotTheCasesRun(Exception):
    """The run belongs to no case, or to one that another run shows now; the text says so to people."""


def arrive(
    service: Service,
    chosen: Procedure,
    parameters: dict[str, Any],
    *,
    flow_run_id: UUID,
    idempotency_key: str | None,
) -> Visit:
    """Find the case of a run, adopting one that the launch form started.

    Raises:
        NotTheCasesRun: superseded, or made with a key by somebody else.
        GongkaiError: the form's input cannot launch a case; nothing is stored.
    """
    case_id = _case_of(service, flow_run_id, idempotency_key)
    if case_id is None:
        case_id = _adopt(service, chosen, parameters, flow_run_id)
    case = read_case(service, case_id)
    if case.woken_at is not None:
        return Visit(case_id, case.number, flow_run_id)
    note(service, case_id, flow_run_id, woken_at=service.machine_now)
    disturbed = bool(case.pause_key) and case.closed_at is None
    return Visit(case_id, case.number, flow_run_id, case if disturbed else None)


def _case_of(service: Service, flow_run_id: UUID, idempotency_key: str | None) -> int | None:
    with service.database.connect() as connection:
        known = connection.execute(
            select(_shown.c.case_id).where(_shown.c.flow_run_id == flow_run_id)
        ).scalar()
        if known is not None or not is_run_key(idempotency_key):
            return (
                known  # launched by the form, the API or a schedule: a case to be, unless it is one already
            )
        assert idempotency_key is not None
        number, _, generation = idempotency_key.rpartition(":")
        row = connection.execute(
            select(_cases.c.id, _shown.c.generation, _shown.c.flow_run_id)
            .outerjoin(_shown, _shown.c.case_id == _cases.c.id)
            .where(_cases.c.number == number)
        ).one_or_none()
    fresh = row is not None and (generation, row.flow_run_id) == (str(row.generation or 1), None)
    # Ours, picked up between its creation and our note of it.
    if row is not None and fresh and note_run(service, row.id, row.generation or 1, flow_run_id):
        return int(row.id)
    raise NotTheCasesRun(
        f"此运行不是任何事项的现行运行（{idempotency_key}）。This run is not the present run of a case; "
        "nothing was done. See the case in the portal."
    )


def _adopt(service: Service, chosen: Procedure, parameters: dict[str, Any], flow_run_id: UUID) -> int:
    if chosen.opens_yearly:  # a schedule knows neither who is in charge nor the year
        parameters = yearly_intake(service, chosen, parameters)
    intake = fill(chosen.intake, parameters, where=chosen.key).model_dump(mode="json")
    drafter = service.actor(str(intake["drafter"]), channel=CONSOLE)
    # Prefect knows no persons: the ledger says where it came from, the to-do goes to the drafter named.
    actor = replace(drafter, username=CONSOLE)
    request = LaunchRequest(chosen.key, intake, key=f"{ADOPTED}{flow_run_id}")
    launched = launch(service, actor, request)
    if not note_run(service, launched.case_id, 1, flow_run_id):
        raise NotTheCasesRun(
            f"事项 {launched.number} 已由另一运行显示。Case {launched.number} is shown by another run."
        )
    return launched.case_id


def read_case(service: Service, case_id: int) -> CaseSeen:
    """The case as Prefect may see it."""
    with service.database.connect() as connection:
        return read_cases(connection, [case_id])[0]


@dataclass(frozen=True)
class DueActivity:
    """The automated step a run should execute."""

    step_id: int
    step: StepSeen


def due_activities(service: Service, case_id: int) -> list[DueActivity]:
    """What the procedure, replayed from its journal, wants executed now; nothing: it waits or has ended.

    Reads without a lock: whatever changes meanwhile, the lease decides.
    """
    with service.database.connect() as connection:
        case = connection.execute(select(_cases).where(_cases.c.id == case_id)).one()
        rows = connection.execute(select(_step).where(_step.c.case_id == case_id).order_by(_step.c.id)).all()
        seen = read_cases(connection, [case_id])[0]
    if case.frozen or case.closed_at is not None:
        return []
    chosen = procedure(case.procedure, case.version)
    journal = {(row.key, row.round): Recorded(row.kind, row.call, row.outcome) for row in rows}
    position = replay(chosen.body, chosen.intake.model_validate(case.intake), journal)
    if isinstance(position, Ended):
        return []
    ids = {(row.key, row.round): row.id for row in rows}
    steps = {(step.key, step.round): step for step in seen.steps}
    open_ones = [at for at in position.waiting if at.known and isinstance(at.call, ActivityCall)]
    return [DueActivity(ids[at.call.key, at.round], steps[at.call.key, at.round]) for at in open_ones]


def case_named_in(idempotency_key: str | None) -> str:
    """The number of the case for which we made a run; empty for a run of the form's."""
    return (idempotency_key or "").rpartition(":")[0] if is_run_key(idempotency_key) else ""


def refusal(error: GongkaiError) -> str:
    """An error as a run's message: Chinese, then English."""
    return f"{error.message('zh')} {error.message('en')}"


def unforeseen(error: Exception, number: str) -> str:
    """Any other error as a run's message. Its text may quote a document, so only its type is told."""
    kind = type(error).__name__
    if not number:
        return (
            f"程序内部错误（{kind}）。请在门户中查看事项是否已发起，再决定是否重新提交；原因见 worker 日志。 "
            f"Internal error ({kind}). See in the portal whether a case was launched before you submit "
            "again; the worker's log has the cause."
        )
    return (
        f"事项 {number}：程序内部错误（{kind}）。已办理的意见均已保存，系统会再次唤醒此运行；"
        f"如反复出现，请查看 worker 日志。 Case {number}: internal error ({kind}). Every decision is kept "
        "and this run is woken again; if that goes on, see the worker's log."
    )
