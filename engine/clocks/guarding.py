"""The guard: no open clock without its armed rung, no step with a target without its clock.

Neither can happen as the program stands; if it does, through a bug or a hand in the database, the limit is
armed again and an administrator is told. A limit that goes missing unseen would be a date missed.
"""

import structlog
from sqlalchemy import text

from engine.clocks.keeping import arm_again, open_clocks, plan_for_step, start_step_clock
from engine.incidents import open_incident
from engine.service import Service
from engine.work import work_on_case

log = structlog.get_logger(__name__)

KIND = "limit-was-not-armed"

_UNARMED = text(
    """
    SELECT k.case_id FROM clock k WHERE k.closed_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM rung r WHERE r.clock_id = k.id AND r.fired_at IS NULL)
    UNION
    SELECT s.case_id FROM step s JOIN cases c ON c.id = s.case_id
     WHERE s.settled_at IS NULL AND c.closed_at IS NULL AND s.call->>'target' <> ''
       AND NOT EXISTS (SELECT 1 FROM clock k WHERE k.step_id = s.id)
    """
)


def guard(service: Service) -> int:
    """Look once; returns how many cases had a limit that was not armed."""
    with service.read() as connection:
        unarmed = list(connection.execute(_UNARMED).scalars())
    for case_id in unarmed:
        _arm(service, case_id)
    return len(unarmed)


def _arm(service: Service, case_id: int) -> None:
    with service.database.begin() as connection:
        work = work_on_case(service, connection, case_id, channel="clock")
        clocks = open_clocks(connection, case_id)
        mended = [clock.key for clock in clocks if arm_again(work, clock)]
        of_steps = {clock.step_id for clock in clocks}
        for step in work.steps.values():
            if step.outcome is None and step.call.get("target") and step.id not in of_steps:
                start_step_clock(work, step, plan_for_step(work, step.call, step.opened_at))
                mended.append(step.label)
        if not mended:
            return
        log.error(KIND, case=work.case.number, limits=mended)
        open_incident(
            work,
            KIND,
            zh=f"时限未在计时：{'、'.join(mended)}。系统已重新起算计时，截止日期不变；请查看日志并报告此程序错误。",
            en=f"A time limit was not running: {', '.join(mended)}. It is armed again, its date is the same; "
            "see the log and report this fault of the program.",
            blocking=False,
        )
        work.finish()
