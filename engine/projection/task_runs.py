"""Bars as Prefect task runs with their true times.

Prefect's API stamps states with its own clock; its event stream takes the time given. So every task run, live
or shown again after a loss, is written as an event, many in one call. The server answers before it has stored
them: what was sent is read back.
"""

from datetime import timedelta
from uuid import UUID, uuid5

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.schemas.events import Event, RelatedResource, Resource

from engine.projection.bars import Bar

BATCH = 200


def task_run_id(flow_run_id: UUID, label: str) -> UUID:
    """The id of a bar's task run in this run: the same whoever writes it first."""
    return uuid5(flow_run_id, label)


def task_run_event(flow_run_id: UUID, bar: Bar, repeats: int = 0) -> Event:
    """The event that writes a bar as it stands.

    Args:
        repeats: how often it was sent and not found afterwards. The server ignores an id it has seen
            lately, also when it lost the event, and chokes on a second state of the same instant; so a
            repeat is another event, a microsecond later. The bar's own start and end stay as they were.
    """
    state, run_id = bar.state, task_run_id(flow_run_id, bar.label)
    at = bar.at + timedelta(microseconds=repeats)
    row = {
        "name": bar.name,
        "task_key": bar.key,
        "dynamic_key": bar.label,
        "tags": [bar.kind],
        "run_count": 1,
        "start_time": bar.began.isoformat(),
        "expected_start_time": bar.began.isoformat(),
        "empirical_policy": {},
        "task_inputs": {},
        "total_run_time": (bar.ended - bar.began).total_seconds() if bar.ended else 0.0,
    }
    if bar.ended:
        row["end_time"] = bar.ended.isoformat()
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
