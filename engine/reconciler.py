"""The reconciler: compares every open case's run with what we set, and mends what differs.

A database of Prefect's that is new (dropped, restored empty) is one event: its deployments have other ids,
and every case is shown anew. Only after that are absent runs looked at one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Scheduled
from sqlalchemy import select

from engine.projection import record, runs
from engine.projection.judging import Verdict, judge, patience_of
from engine.projection.mending import RunSetter
from engine.projection.snapshot import CaseSeen, is_run_key, read_cases
from engine.service import Service
from models import ShownCase

log = structlog.get_logger(__name__)
_shown = ShownCase.__table__


class Reconciler:
    """``check_deployments`` applies what is missing and returns the deployments' ids."""

    def __init__(
        self,
        service: Service,
        client: PrefectClient,
        setter: RunSetter,
        check_deployments: Callable[[], Awaitable[dict[str, UUID]]],
    ) -> None:
        self.service, self.client, self.setter = service, client, setter
        self.check_deployments = check_deployments
        self.patience = patience_of(service.settings)

    async def reconcile(self) -> int:
        """One whole comparison. Returns how many runs were mended."""
        deployments = await self.check_deployments()
        await asyncio.to_thread(record.note_never_shown, self.service)
        mended, after = 0, 0
        while cases := await asyncio.to_thread(self._page, after):
            after = cases[-1].id
            mended += await self._compare(cases)
        await self._repeat_interrupted_launches(list(deployments.values()))
        return mended

    def _page(self, after: int) -> list[CaseSeen]:
        with self.service.database.connect() as connection:
            return read_cases(connection, record.watched_cases(connection, after, runs.AT_ONCE))

    async def _compare(self, cases: list[CaseSeen]) -> int:
        known = await runs.read_runs(self.client, [c.flow_run_id for c in cases if c.flow_run_id])
        judged = [
            (case, run, judge(case, run, now=self.service.machine_now, patience=self.patience))
            for case in cases
            if case.flow_run_id
            for run in [known.get(case.flow_run_id)]
        ]
        if any(verdict is Verdict.DELETED for _, _, verdict in judged):
            before = await asyncio.to_thread(self._generations)
            await self.check_deployments()  # the database may have gone between the check and the reading
            if await asyncio.to_thread(self._generations) != before:
                return 0
        wrong = [item for item in judged if item[2] not in (Verdict.PARKED, Verdict.UNDERWAY)]
        for case, run, verdict in wrong:
            await self.setter.mend(case, run, verdict)
        return len(wrong)

    def _generations(self) -> int:
        with self.service.database.connect() as connection:
            return sum(connection.execute(select(_shown.c.generation)).scalars())

    async def _repeat_interrupted_launches(self, deployment_ids: list[UUID]) -> None:
        """A form-launched run whose worker died before the case existed is nobody's: it is run again.

        Launching by the run's id is idempotent, so a run that was only slow launches nothing twice.
        """
        if not deployment_ids:
            return
        underway = FlowRunFilterState(
            type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING])
        )
        found = await self.client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=underway),
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=deployment_ids)),
            limit=runs.AT_ONCE,
            sort=FlowRunSort.ID_DESC,
        )
        ours = await asyncio.to_thread(self._known, [run.id for run in found])
        for run in found:
            assert run.state is not None
            old = self.service.machine_now - run.state.timestamp > self.patience
            if not is_run_key(run.idempotency_key) and run.id not in ours and old:
                log.warning("launch-repeated", flow_run=str(run.id))
                await runs.force(self.client, run.id, Scheduled(name="Resuming", message=runs.WOKEN))

    def _known(self, ids: list[UUID]) -> set[UUID]:
        with self.service.database.connect() as connection:
            return set(
                connection.execute(
                    select(_shown.c.flow_run_id).where(_shown.c.flow_run_id.in_(ids))
                ).scalars()
            )
