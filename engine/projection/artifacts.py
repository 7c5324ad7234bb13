"""What stands on the page of a case's run: tables kept up to date in place, and the link to the case."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.exceptions import ObjectNotFound

from engine.projection.snapshot import CaseSeen


@dataclass(frozen=True)
class Table:
    """A table as it should be, and its artifact once that was made."""

    description: str
    rows: list[dict[str, Any]]
    id: UUID | None

    @property
    def data(self) -> str:
        """As Prefect stores it."""
        return json.dumps(self.rows, ensure_ascii=False)


async def show_tables(
    client: PrefectClient, case: CaseSeen, flow_run_id: UUID, tables: Mapping[str, Table], *, base_url: str
) -> dict[str, UUID]:
    """Bring these tables (by key) up to date; what is missing is made, the link with it. Returns their ids.

    Raises:
        ObjectNotFound: the run is gone.
    """
    shown = {
        key: table.id
        for key, table in tables.items()
        if table.id is not None and await _is_updated(client, table.id, table.data)
    }
    if missing := {key: table for key, table in tables.items() if key not in shown}:
        made = await _artifacts_of(client, flow_run_id)
        await _make_link(client, case, flow_run_id, made, base_url)
        for key, table in missing.items():
            name = f"{key}-{case.number.lower()}"
            known = made.get(name)
            if known is None or not await _is_updated(client, known, table.data):
                wanted = ArtifactCreate(
                    key=name,
                    type="table",
                    description=table.description,
                    data=table.data,
                    flow_run_id=flow_run_id,
                )
                known = (await client.create_artifact(wanted)).id
            shown[key] = known
    return shown


async def _is_updated(client: PrefectClient, artifact_id: UUID, data: str) -> bool:
    """``False``: it was deleted by hand."""
    try:
        await client.update_artifact(artifact_id, ArtifactUpdate(data=data))
    except ObjectNotFound:
        return False
    return True


async def _make_link(
    client: PrefectClient, case: CaseSeen, flow_run_id: UUID, made: Mapping[str, UUID], base_url: str
) -> None:
    key = f"case-{case.number.lower()}"
    if key not in made:
        link = f"[{case.number} 打开事项 Open the case]({base_url}/cases/{case.number})"
        wanted = ArtifactCreate(
            key=key, type="markdown", description="事项 Case", data=link, flow_run_id=flow_run_id
        )
        await client.create_artifact(wanted)


async def _artifacts_of(client: PrefectClient, flow_run_id: UUID) -> dict[str, UUID]:
    wanted = {"artifacts": {"flow_run_id": {"any_": [str(flow_run_id)]}}}
    answer = await client._client.post("/artifacts/filter", json=wanted)
    answer.raise_for_status()
    return {row["key"]: UUID(row["id"]) for row in answer.json()}
