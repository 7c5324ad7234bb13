"""Prefect opens what is done once a year: on its day in the organ's zone, once however often it fires."""

import pytest

from engine.service import Service
from tests.builders import Bureau, case_row, scalars
from tests.prefect.console import Console
from tests.waiting import wait_until

pytestmark = pytest.mark.thorough


def fire(console: Console, deployment: str) -> str:
    """What Prefect's scheduler makes on the day: a run without parameters."""
    body = {
        "parameters": {},
        "enforce_parameter_schema": False,
        "state": {"type": "SCHEDULED", "message": "Flow run scheduled"},
    }
    return str(console.ask("POST", f"/deployments/{deployment}/create_flow_run", body)["id"])


def test_a_schedule_opens_the_year_s_case_once(live: Service, live_bureau: Bureau, console: Console) -> None:
    def applied() -> dict | None:
        answer = console.http.get("/deployments/name/yearly-evaluation/case")
        return answer.json() if answer.status_code == 200 else None

    deployment = wait_until(applied, what="the deployment") or {}
    (schedule,) = deployment["schedules"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == (
        "0 9 15 12 *",
        "Asia/Shanghai",
    )
    fire(console, deployment["id"])
    query = "SELECT number FROM cases WHERE procedure = 'yearly-evaluation'"
    (number,) = wait_until(lambda: scalars(live, query), what="the case")
    assert case_row(live, number).intake["drafter"] == "openness_office"
    second = fire(console, deployment["id"])

    def ended() -> str | None:
        state = console.http.get(f"/flow_runs/{second}").json()["state"]
        return state["message"] if state["type"] in ("CANCELLED", "FAILED", "COMPLETED") else None

    assert number in (wait_until(ended, what="the second run's end") or "")
    assert scalars(live, query) == [number]
