"""Logs tell the type of an error and where it came through: its text may quote a document."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from deployments import prefect_worker
from deployments.loops import forever
from engine import execution
from engine.execution import EffectFailed
from engine.leases import Lease
from engine.projection.projector import Projector
from engine.projection.snapshot import StepSeen
from engine.service import Service
from rules.errors import GongkaiError, WebsiteUnavailable

WORDS = "各镇人民政府"  # of a document
LEASE = Lease(1, 1, "ZD-2026-0001", "publish", {}, "ZD-2026-0001:publication:1", 1)


def assert_told_by_type(lines: list[Any], event: str) -> None:
    (line,) = [line for line in lines if line["event"] == event]
    assert line["error"] == "ValueError"
    assert line["at"][-1].endswith(" fail")
    assert "exc_info" not in line
    assert WORDS not in str(line)


async def fail(*_: Any, **__: Any) -> int:
    raise ValueError(WORDS)


def test_of_a_loop() -> None:
    async def once() -> None:
        tried_again = asyncio.Event()

        async def work() -> int:
            if not lines:
                return await fail()
            tried_again.set()
            return 0

        looping = asyncio.create_task(forever("outbox", work, every_seconds=60))
        await asyncio.wait_for(tried_again.wait(), 20)
        looping.cancel()

    with capture_logs() as lines:
        asyncio.run(once())
    assert_told_by_type(lines, "loop-failed")


def test_of_a_case_that_could_not_be_shown(service: Service) -> None:
    async def show(case: int) -> int:
        return await fail() if case == 2 else case

    projector = Projector(service, *[None] * 3)  # type: ignore[arg-type]
    with capture_logs() as lines:
        assert asyncio.run(projector._each([1, 2], show)) == [1]
    assert_told_by_type(lines, "case-not-shown")


def test_of_a_run_that_could_not_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_worker, "run_flow", fail)

    class Run:
        id = uuid4()

    with capture_logs() as lines:
        said = prefect_worker._drive(None, Run())  # type: ignore[arg-type]
    assert said is not None
    assert said.endswith(": ValueError")
    assert_told_by_type(lines, "run-not-started")


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (ValueError(WORDS), EffectFailed),
        (WebsiteUnavailable(where="website", why="HTTP 503"), WebsiteUnavailable),
    ],
)
def test_prefect_is_told_the_type_of_an_unforeseen_error_and_never_its_text(
    service: Service, monkeypatch: pytest.MonkeyPatch, raised: Exception, seen: type[Exception]
) -> None:
    def fail(*_: Any) -> dict[str, Any]:
        raise raised

    monkeypatch.setitem(execution.ACTIVITIES, "publish", fail)
    title = {"zh": "网站公开", "en": "Publication"}
    step = StepSeen(
        **dict.fromkeys(StepSeen.__dataclass_fields__, "") | {"call": {"title": title}, "round": 1}
    )
    with pytest.raises(seen) as caught:
        asyncio.run(execution._task(service, LEASE, step).fn())
    assert WORDS not in str(caught.value)
    if not isinstance(raised, GongkaiError):
        assert str(caught.value) == "ValueError"
        assert caught.value.__suppress_context__, "a traceback would quote the first error"
