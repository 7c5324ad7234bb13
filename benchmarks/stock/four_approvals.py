"""The four-approval case as Prefect's own documentation would write it: suspended for every person."""

from prefect import flow, task
from prefect.flow_runs import suspend_flow_run


@task(persist_result=True, cache_key_fn=lambda _context, parameters: parameters["step"])
def record(step: str) -> str:
    """What was decided; a stored result, so that a resumed run does not record it twice."""
    return step


@flow(persist_result=True)
def four_approvals() -> str:
    """One suspension per approval; the process ends there and a new one is started for the next."""
    for step in ("section", "legality", "office", "openness"):
        suspend_flow_run(key=step, timeout=None)
        record(step)
    return "published"
