"""Step rounds as Prefect task runs with their true times.

Prefect's API stamps states with its own clock; its event stream takes the time given. So every task run, live
or shown again after a loss, is written as an event, many in one call. The server answers before it has stored
them: what was sent is read back.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State, StateType
from prefect.events.schemas.events import Event, RelatedResource, Resource
from prefect.states import AwaitingRetry, Completed, Failed, Running

from engine.projection.snapshot import CaseSeen, StepSeen
from engine.projection.wording import outcome, positions, step_name

BATCH = 200


def task_run_id(flow_run_id: UUID, label: str) -> UUID:
    """The id of a step round's task run in this run: the same whoever writes it first."""
    return uuid5(flow_run_id, label)


def changed_steps(case: CaseSeen, machine_now: datetime) -> list[StepSeen]:
    """The step rounds that differ from what was shown last. One being executed just now shows itself."""
    return [
        step
        for step in case.steps
        if max(step.opened_seq, step.settled_seq or 0) > case.shown_seq
        or (step.attempts and step.settled_at is None and not _executing(step, machine_now))
    ]


def _executing(step: StepSeen, machine_now: datetime) -> bool:
    return step.leased_until is not None and step.leased_until > machine_now


def state_of(step: StepSeen) -> State[Any]:
    """RUNNING while open, Completed, Failed when returned, AwaitingRetry between the tries of an activity."""
    if step.settled_at is not None:
        message = " ".join(outcome(step))
        return Failed(message=message) if step.action == "return" else Completed(message=message)
    if step.attempts and step.next_try_at is not None:
        return AwaitingRetry(scheduled_time=step.next_try_at, message=f"{step.attempts} failed 次失败")
    if step.attempts:
        return Failed(message=f"{step.attempts} failed 次失败 · 等待系统管理员 waiting for the administrator")
    return Running(message=f"等待 {' '.join(positions(step))}")


def task_run_event(flow_run_id: UUID, step: StepSeen, now: datetime, repeats: int = 0) -> Event:
    """The event that writes a step round as it stands.

    Args:
        repeats: how often it was sent and not found afterwards. The server ignores an id it has seen
            lately, also when it lost the event, and chokes on a second state of the same instant; so a
            repeat is another event, a microsecond later. The bar's own start and end stay as they were.
    """
    state, run_id = state_of(step), task_run_id(flow_run_id, step.label)
    at = (step.settled_at or (now if step.attempts else step.opened_at)) + timedelta(microseconds=repeats)
    row = {
        "name": step_name(step),
        "task_key": step.key,
        "dynamic_key": step.label,
        "tags": [step.kind],
        "run_count": 1,
        "start_time": step.opened_at.isoformat(),
        "expected_start_time": step.opened_at.isoformat(),
        "empirical_policy": {},
        "task_inputs": {},
        "total_run_time": (step.settled_at - step.opened_at).total_seconds() if step.settled_at else 0.0,
    }
    if step.settled_at:
        row["end_time"] = step.settled_at.isoformat()
    return Event(
        id=uuid5(run_id, f"{state.name}:{at.isoformat()}"),
        occurred=at,
        event=f"prefect.task-run.{state.name}",
        resource=Resource.model_validate(
            {
                "prefect.resource.id": f"prefect.task-run.{run_id}",
                "prefect.resource.name": row["name"],
                "prefect.run-count": "1",
                "prefect.state-message": state.message or "",
                "prefect.state-name": state.name,
                "prefect.state-timestamp": at.isoformat(),
                "prefect.state-type": state.type.value,
                "prefect.orchestration": "client",
            }
        ),
        related=[
            RelatedResource.model_validate(
                {
                    "prefect.resource.id": f"prefect.flow-run.{flow_run_id}",
                    "prefect.resource.role": "flow-run",
                }
            )
        ],
        payload={
            "intended": {"from": None, "to": state.type.value},
            "initial_state": None,
            "validated_state": {
                "type": state.type.value,
                "name": state.name,
                "message": state.message or "",
                "state_details": {},
                "data": None,
            },
            "task_run": row,
        },
    )


async def send(client: PrefectClient, events: list[Event]) -> None:
    """Write them; nothing is stored yet when this returns."""
    for start in range(0, len(events), BATCH):
        batch = [event.model_dump(mode="json") for event in events[start : start + BATCH]]
        answer = await client._client.post("/events", json=batch)
        answer.raise_for_status()


async def read_states(client: PrefectClient, ids: list[UUID]) -> dict[UUID, StateType]:
    """The stored state types of these task runs; absent ones are not stored yet."""
    found: dict[UUID, StateType] = {}
    for start in range(0, len(ids), BATCH):
        chosen = [str(run_id) for run_id in ids[start : start + BATCH]]
        answer = await client._client.post(
            "/task_runs/filter", json={"task_runs": {"id": {"any_": chosen}}, "limit": BATCH}
        )
        answer.raise_for_status()
        found |= {UUID(row["id"]): StateType(row["state_type"]) for row in answer.json()}
    return found
