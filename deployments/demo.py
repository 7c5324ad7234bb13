"""One case walked whole: a temporary installation, 青岭县, case ZD-01 from its draft to the reading room.

Everything is real but the people: PostgreSQL, Prefect, worker, portal; each decision is a request by the
person who has the to-do. At the end everything is stopped and removed.
"""

import sys
import time
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from deployments.commands.here import service_of, settings_from
from deployments.commands.terminal import print_json, say, speech
from deployments.demo_report import Report, make_report, print_report
from deployments.demo_temporary import Demonstration, demonstrate
from deployments.demo_walk import DemonstrationFailed
from engine.service import Service
from models import Case, ShownCase

PREFECT_SECONDS = 60.0


def show(*, virtual_time: bool = False) -> int:
    """Run the demonstration. Returns the exit code."""
    return demonstrate(lambda here: _tell_report(_walk_and_check(here)), virtual_time=virtual_time)


def _walk_and_check(here: Demonstration) -> Report:
    sample = here.sample
    with here.walk() as walk:
        here.progress(say(f"办理 {sample.id}：{sample.title}", f"Walking {sample.id}: {sample.title}"))
        case = walk.whole(sample)
        if case["outcome"] != sample.outcome:
            raise DemonstrationFailed(where=case["number"], why=f"it ended as {case['outcome']}")
        with service_of(settings_from(here.instance.environment())) as service:
            run = _wait_for_prefect(here, service, case["number"])
            letters = len(list(here.instance.mailbox.glob("*.eml")))
            report = make_report(service, case, walk, sample=sample, run=run, letters=letters)
    return report


def _wait_for_prefect(here: Demonstration, service: Service, number: str) -> dict[str, Any]:
    """The case's flow run, once Prefect shows it Completed."""
    api = f"http://127.0.0.1:{here.instance.ports.prefect}/api"
    user, _, word = here.instance.credentials.prefect_auth_string.partition(":")
    until = time.monotonic() + PREFECT_SECONDS
    seen = "no flow run yet"
    with httpx.Client(auth=(user, word), timeout=10, trust_env=False) as http:
        while time.monotonic() < until:
            flow_run_id = flow_run_of(service, number)
            if flow_run_id is not None:
                run: dict[str, Any] = http.get(f"{api}/flow_runs/{flow_run_id}").json()
                seen = str(run.get("state_type"))
                if seen == "COMPLETED":
                    run["steps"] = _count_task_runs(http, api, flow_run_id)
                    return run
            time.sleep(0.1)
    raise DemonstrationFailed(where=number, why=f"Prefect did not show it Completed: {seen}")


def flow_run_of(service: Service, number: str) -> UUID | None:
    cases, shown = Case.__table__, ShownCase.__table__
    query = select(shown.c.flow_run_id).join(cases, cases.c.id == shown.c.case_id)
    with service.database.connect() as connection:
        return connection.execute(query.where(cases.c.number == number)).scalar()


def _count_task_runs(http: httpx.Client, api: str, flow_run_id: UUID) -> int:
    wanted = {"flow_runs": {"id": {"any_": [str(flow_run_id)]}}}
    return int(http.post(f"{api}/task_runs/count", json=wanted).json())


def _tell_report(report: Report) -> None:
    """One JSON document, or tables."""
    if speech.as_json:
        print_json(report)
    else:
        print_report(report)
    sys.stdout.flush()
