"""``advance``: the only writer of the journal.

It replays the procedure, records what settles at once, opens the next step and parks. It runs in a
savepoint: a poisoned consequence (no holder, a bug) becomes an incident and never costs the reviewer
the decision that caused it.
"""

import structlog
from sqlalchemy import update

from engine.awaiting import come_so_far
from engine.calls import AwaitCall, Call, RecordCall, WaitCall
from engine.clocks.keeping import end_all
from engine.clocks.of_cases import has_arrived
from engine.effects import apply_effect
from engine.incidents import open_incident
from engine.opening import ask_next_signer, open_step, write_step
from engine.outcomes import Done, Outcome, encode
from engine.procedures import procedure
from engine.replay import Ended, ReplayMismatch, replay
from engine.service import Service
from engine.telling import told_of_the_end
from engine.work import Work, work_on_case
from models import Assignment
from models.statement import Savepoint
from rules.errors import GongkaiError, JournalMismatch
from rules.faults import came_through

log = structlog.get_logger(__name__)


def advance(work: Work) -> bool:
    """Bring the case as far as its journal allows. Returns whether it could; if not, an incident is open."""
    if work.case.frozen or work.case.closed_at is not None:
        return False
    mark, steps, case = work.chain.mark(), dict(work.steps), vars(work.case).copy()
    savepoint = Savepoint(work.connection, "advance")
    try:
        _step_forward(work)
    except Exception as error:  # the decision must stand whatever its consequence does
        savepoint.rollback()
        work.chain.rewind(mark)
        work.steps = steps
        vars(work.case).update(case)
        _report(work, error)
        return False
    return True


def freeze_if_it_does_not_fit(service: Service, case_id: int) -> None:
    """What a woken run does when the procedure does not fit the journal: the case gets its incident."""
    with service.database.begin() as connection:
        work = work_on_case(service, connection, case_id, channel="worker")
        advance(work)
        work.finish()


def _step_forward(work: Work) -> None:
    chosen = procedure(work.case.procedure, work.case.version)
    position = replay(
        chosen.body,
        chosen.intake.model_validate(work.case.intake),
        work.journal(),
        settle=lambda call, round_: _settle_at_once(work, call, round_),
    )
    if isinstance(position, Ended):
        _close(work, position)
        return
    for at in position.waiting:
        if at.known:
            ask_next_signer(work, work.steps[(at.call.key, at.round)])
        else:
            open_step(work, at.call, at.round)


def _settle_at_once(work: Work, call: Call, round_: int) -> Outcome | None:
    outcome: Outcome
    if isinstance(call, RecordCall):
        outcome = apply_effect(work, call)
    elif isinstance(call, WaitCall) and has_arrived(work, call.clock):
        outcome = Done()
    elif isinstance(call, AwaitCall) and (come := come_so_far(work.connection, call)) is not None:
        outcome = come
    else:
        return None
    write_step(work, call, round_, encode(outcome))
    return outcome


def _close(work: Work, ended: Ended) -> None:
    work.case.closed_at, work.case.outcome = work.now, ended.outcome
    todos = Assignment.__table__
    # Only an administrator's to-dos about harmless incidents can still be open here; they stay.
    work.connection.execute(
        update(todos)
        .where(todos.c.case_id == work.case.id, todos.c.closed_at.is_(None), todos.c.incident_id.is_(None))
        .values(closed_at=work.now, closed_because="case-closed")
        .add_cte(told_of_the_end(work))
    )
    end_all(work)
    work.note("case-closed", data={"outcome": ended.outcome})


def _report(work: Work, error: Exception) -> None:
    log.warning("advance-failed", case=work.case.number, error=type(error).__name__)
    if isinstance(error, ReplayMismatch):
        work.case.frozen = True
        mismatch = JournalMismatch(where=work.case.number, number=work.case.number, why=str(error))
        open_incident(
            work, "journal-mismatch", zh=mismatch.message("zh"), en=mismatch.message("en"), blocking=True
        )
    elif isinstance(error, GongkaiError):
        open_incident(work, error.code, zh=error.message("zh"), en=error.message("en"), blocking=True)
    else:
        log.error("advance-bug", case=work.case.number, at=came_through(error))
        open_incident(
            work,
            "advance-failed",
            zh="下一环节未能开启：程序内部错误。意见已保存；请查看日志后重试（gongkai case retry）。",
            en="The next step could not be opened: internal error. The decision is kept; "
            "see the log, then retry (gongkai case retry).",
            blocking=True,
        )
