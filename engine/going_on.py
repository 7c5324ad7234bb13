"""Cases that waited for other cases go on: what a worker does in every round."""

import structlog

from engine.advance import advance
from engine.awaiting import awaiting_cases, come_so_far
from engine.calls import AwaitCall, Title
from engine.opening import settle_step
from engine.outcomes import encode
from engine.service import Service
from engine.work import StepRow, Work, work_on_case

log = structlog.get_logger(__name__)


def go_on(service: Service) -> int:
    """Settle every wait for other cases that is over. Returns how many cases went on."""
    return sum(_go_on(service, case_id) for case_id in awaiting_cases(service))


def _go_on(service: Service, case_id: int) -> bool:
    with service.database.begin() as connection:
        work = work_on_case(service, connection, case_id, channel="worker")
        if work.case.frozen or work.case.closed_at is not None:
            return False
        waits = [step for step in work.steps.values() if step.kind == AwaitCall.kind and step.outcome is None]
        settled = [step for step in waits if _settle(work, step)]
        if not settled:
            return False
        advance(work)
        work.finish()
    log.info("cases-awaited", case=work.case.number, steps=[step.label for step in settled])
    return True


def _settle(work: Work, step: StepRow) -> bool:
    call = step.call
    come = come_so_far(
        work.connection,
        AwaitCall(
            step.key,
            Title(call["title"]["zh"], call["title"]["en"]),
            cases=call["cases"],
            milestone=call["milestone"],
            after=call["after"],
        ),
    )
    if come is None:
        return False
    settle_step(work, step, encode(come), "come")
    work.note("await-ended", basis=call["basis"], step=step.label, data=come.facts)
    return True
