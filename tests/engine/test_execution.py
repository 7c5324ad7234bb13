"""Executing an effect: its lease is kept while it is tried, but not for ever."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.execution import LONGEST_SECONDS, keep
from engine.leases import Lease, claim
from engine.service import Service
from tests.builders import Bureau, MovableClock, decide_all, launch_case, scalars
from tests.waiting import wait_until


@pytest.fixture
def brief(service: Service) -> Service:
    """The installation with leases of two seconds."""
    return replace(service, settings=service.settings.model_copy(update={"lease_seconds": 2}))


@pytest.fixture
def lease(brief: Service, bureau: Bureau) -> Lease:
    """The right to publish a case."""
    decide_all(brief, launch_case(brief).number)
    (step,) = scalars(brief, "SELECT step_id FROM activity")
    claimed = claim(brief, step, holder="worker-1")
    assert claimed is not None
    return claimed


def test_lease_is_renewed_while_an_effect_is_tried_and_not_for_ever(
    brief: Service, lease: Lease, clock: MovableClock
) -> None:
    """The window: an effect hangs in a worker that is otherwise well."""

    def is_renewed() -> bool:
        return bool(scalars(brief, "SELECT leased_until FROM activity") == [brief.now + timedelta(seconds=2)])

    async def hang() -> None:
        keeper = asyncio.create_task(keep(brief, lease))
        clock.move(seconds=1)
        await asyncio.to_thread(wait_until, is_renewed, seconds=20)
        clock.move(seconds=LONGEST_SECONDS)
        await asyncio.wait_for(keeper, 20)

    asyncio.run(hang())
    clock.move(seconds=3)
    assert claim(brief, lease.step_id, holder="worker-2") is not None
