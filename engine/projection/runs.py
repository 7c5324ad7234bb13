"""Flow runs through Prefect's API: one small function per thing we do to them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Completed, Paused, Running, Scheduled

from engine.projection.snapshot import CaseSeen
from engine.projection.wording import run_name, tags

WOKEN = "woken by gongkai"
NOT_STARTED = "未能启动 Could not start"
AT_ONCE = 200
"""Prefect answers at most so many rows a call."""

_LIVE = timedelta(minutes=1)


@dataclass(frozen=True)
class RunSeen:
    """A flow run as Prefect has it now."""

    id: UUID
    type: StateType
    name: str
    message: str
    since: datetime


class StateRefused(Exception):
    """Prefect did not accept a state; the text says which and why."""


async def read_runs(client: PrefectClient, ids: list[UUID]) -> dict[UUID, RunSeen]:
    """These runs; absent ones do not exist."""
    seen: dict[UUID, RunSeen] = {}
    for start in range(0, len(ids), AT_ONCE):
        chosen = FlowRunFilter(id=FlowRunFilterId(any_=ids[start : start + AT_ONCE]))
        for run in await client.read_flow_runs(
            flow_run_filter=chosen, limit=AT_ONCE, sort=FlowRunSort.ID_DESC
        ):
            seen[run.id] = _seen(run)
    return seen


def _seen(run: FlowRun) -> RunSeen:
    state = run.state
    assert state is not None
    return RunSeen(run.id, state.type, state.name or "", state.message or "", state.timestamp)


async def create_run(
    client: PrefectClient, case: CaseSeen, deployment_id: UUID, machine_now: datetime
) -> UUID:
    """The run of this generation, created or found by its key. It is not parked yet.

    Prefect's chart starts where the run does. A fresh run may start now by Prefect's clock; one shown again
    later, or of a case launched in a moved time, must be expected at the launch: only Scheduled can say that.
    """
    live = abs(machine_now - case.launched_at) < _LIVE
    run = await client.create_flow_run_from_deployment(
        deployment_id,
        parameters=case.intake,
        state=Running() if live else Scheduled(scheduled_time=case.launched_at),
        name=run_name(case),
        tags=tags(case),
        idempotency_key=case.run_key,
    )
    return run.id


def new_pause_key() -> str:
    """A pause key works once per run: every park has its own, and by it we know our park again."""
    return uuid4().hex


def parked(message: str, pause_key: str) -> State[Any]:
    """The state of a run that waits. Without ``reschedule`` a resume waits for a process that is gone."""
    return Paused(name="Suspended", message=message, reschedule=True, pause_key=pause_key)


async def force(client: PrefectClient, flow_run_id: UUID, state: State[Any]) -> None:
    """Set a state whatever the run's present one.

    Raises:
        StateRefused: Prefect said no.
    """
    answer = await client.set_flow_run_state(flow_run_id, state, force=True)
    if answer.status.value != "ACCEPT":
        raise StateRefused(f"{state.name} for {flow_run_id}: {answer.status.value} {answer.details}")


async def wake(client: PrefectClient, flow_run_id: UUID, why: str) -> None:
    """Hand the run to a worker. The message is the mark that tells it from a resume by hand."""
    await force(
        client,
        flow_run_id,
        Scheduled(name="Resuming", message=f"{WOKEN}: {why}", scheduled_time=datetime.now(UTC)),
    )


async def read_states(client: Any, flow_run_id: UUID) -> list[State[Any]]:
    """All states a run has had, oldest first."""
    states = await client.read_flow_run_states(flow_run_id)
    return sorted(states, key=lambda state: state.timestamp)


def is_woken_by_us(states: list[State[Any]]) -> bool:
    """Whether the run was last scheduled by us: a wake can arrive after we gave it up for lost."""
    scheduled = [s for s in states if s.type is StateType.SCHEDULED and s.name != "Late"]
    return bool(scheduled) and (scheduled[-1].message or "").startswith(WOKEN)


async def complete(client: PrefectClient, flow_run_id: UUID, message: str) -> None:
    """End the run of a case that has ended."""
    await force(client, flow_run_id, Completed(message=message))
