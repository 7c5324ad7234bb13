"""What Prefect is told when a run of ours fails for a reason nobody foresaw: never the error's text."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from prefect.context import FlowRunContext
from prefect.states import State
from structlog.testing import capture_logs

from engine import flow_runs
from engine.service import Service
from tests.builders import Bureau, decide_all, launch_case

WORDS = "各镇人民政府"  # of a document


def visit(key: str, run_key: str, **parameters: Any) -> State[Any]:
    """Run the flow as Prefect's engine does, up to what it would be told."""
    run = SimpleNamespace(id=uuid4(), idempotency_key=run_key)
    context = FlowRunContext.model_construct(flow_run=run, client=None)

    async def inside() -> State[Any]:
        with context:
            return await flow_runs.flow_of(key).fn(**parameters)  # type: ignore[no-any-return]

    return asyncio.run(inside())


@pytest.mark.parametrize(
    ("module", "name"),
    [(flow_runs.visits, "arrive"), (flow_runs, "claim"), (flow_runs.runs, "parked")],
    ids=["arriving", "claiming", "parking"],
)
def test_an_unforeseen_error_reaches_prefect_by_its_type_and_the_case_only(
    service: Service, bureau: Bureau, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError(WORDS)

    number = launch_case(service).number
    if name == "claim":
        decide_all(service, number)  # until publication is due
    monkeypatch.setattr(flow_runs, "_service", lambda: service)
    monkeypatch.setattr(module, name, fail)
    with capture_logs() as lines:
        state = visit("proactive-disclosure", f"{number}:1")
    assert state.is_failed()
    assert number in state.message
    assert "ValueError" in state.message
    assert WORDS not in state.model_dump_json()
    (line,) = [line for line in lines if line["event"] == "run-failed"]
    assert (line["case"], line["error"]) == (number, "ValueError")
    assert line["at"][-1].endswith(" fail")
    assert WORDS not in str(line)


def test_a_form_that_fails_so_is_told_to_look_before_submitting_again(
    service: Service, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError(WORDS)

    monkeypatch.setattr(flow_runs, "_service", lambda: service)
    monkeypatch.setattr(flow_runs.visits, "launch", fail)
    state = visit("proactive-disclosure", "", drafter="drafter", unit="zfjd", doc_type="通知")
    assert state.is_failed()
    assert "submit again" in state.message
    assert WORDS not in state.message
