"""Whatever is done to a run by hand in Prefect: the case does not move, it is flagged once, shown again."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.service import Service
from tests.builders import Bureau, case_row, decide_all, launch_case, scalars, todo_of
from tests.prefect.console import Console
from tests.waiting import wait_until
from tests.website_process import WebsiteProcess

Act = Callable[[Console, str], Any]

RETRY = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the Prefect UI"}
ACTS: dict[str, Act] = {
    "resume": lambda c, run: c.ask("POST", f"/flow_runs/{run}/resume"),
    "retry": lambda c, run: c.set_state(run, RETRY),
    "completed": lambda c, run: c.set_state(run, {"type": "COMPLETED", "message": "by hand"}),
    "failed": lambda c, run: c.set_state(run, {"type": "FAILED", "message": "by hand"}),
    "cancelled": lambda c, run: c.set_state(run, {"type": "CANCELLED", "name": "Cancelled"}),
    "cancelling": lambda c, run: c.set_state(run, {"type": "CANCELLING", "name": "Cancelling"}),
    "crashed": lambda c, run: c.set_state(run, {"type": "CRASHED", "name": "Crashed"}),
    "deleted": lambda c, run: c.ask("DELETE", f"/flow_runs/{run}"),
}


@pytest.mark.parametrize("act", ACTS)
def test_hand_act_moves_no_case_is_flagged_once_and_shown_again(
    live: Service, live_bureau: Bureau, console: Console, act: str
) -> None:
    number = launch_case(live).number
    console.wait_shown(number)
    before, run_before = todo_of(live, number), console.run_id(number)
    ACTS[act](console, str(run_before))
    wait_until(lambda: console.flags(number), what="the flag")
    console.wait_shown(number)
    run = console.wait_state(number, "Suspended")
    assert todo_of(live, number) == before
    assert (run["id"] != run_before) == (act == "deleted")
    assert set(console.steps(number)) == {"drafting:1"}
    _settle_down(console, number)
    assert len(console.flags(number)) == 1
    kinds = scalars(
        live, "SELECT kind FROM incident i JOIN cases c ON c.id = i.case_id WHERE number = :n", n=number
    )
    assert kinds == ["prefect-run-changed-by-hand"]


def _settle_down(console: Console, number: str) -> None:
    """Two whole rounds of the reconciler: another case is shown, mended, shown."""
    for _ in range(2):
        other = launch_case(console.service).number
        console.wait_shown(other)
        console.set_state(str(console.run_id(other)), {"type": "FAILED", "message": "by hand"})
        wait_until(lambda: console.flags(other))  # noqa: B023


def test_each_further_hand_act_is_flagged_again(live: Service, live_bureau: Bureau, console: Console) -> None:
    number = launch_case(live).number
    console.wait_shown(number)
    for times in (1, 2, 3):
        console.wait_state(number, "Suspended")
        ACTS["cancelled" if times == 2 else "resume"](console, str(console.run_id(number)))
        wait_until(lambda: len(console.flags(number)) >= times)  # noqa: B023
    console.wait_shown(number)
    console.wait_state(number, "Suspended")
    assert len(console.flags(number)) == 3
    assert todo_of(live, number).step == "drafting"


def test_retry_of_a_closed_cases_run_ends_completed_again_without_a_flag(
    live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    number = _closed_case(live, console)
    run_id = str(console.run_id(number))
    console.set_state(run_id, RETRY)
    assert console.wait_state(number, "Completed")["state"]["message"].startswith("办结")
    console.ask("POST", "/flow_runs/filter", {"limit": 1})
    assert console.flags(number) == []
    assert website.published(f"{number}:publication:1") == 1


def test_whole_walk_of_a_case_raises_no_flag(
    live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    numbers = [_closed_case(live, console) for _ in range(3)]
    assert [console.flags(number) for number in numbers] == [[], [], []]


def _closed_case(live: Service, console: Console) -> str:
    number = launch_case(live).number
    decide_all(live, number)
    wait_until(lambda: decide_all(live, number) and case_row(live, number).closed_at, what="the end")
    console.wait_state(number, "Completed")
    return number
