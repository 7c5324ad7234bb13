"""Work pool and deployments in Prefect: applied at start, and again whenever they are missing or outdated."""

import asyncio
import json
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.states import Cancelled
from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from deployments.launch_form import launch_form
from deployments.prefect_worker import GongkaiWorker
from engine.ledger import append_to_organ
from engine.procedures import Procedure, installed
from engine.projection.record import begin_generation
from engine.projection.runs import force, read_runs
from engine.service import Service
from engine.yearly import opening_cron
from models import Case, ShownCase, ShownDeployment

log = structlog.get_logger(__name__)

POOL = "gongkai"
NAME = "case"
_deployment, _shown, _cases = ShownDeployment.__table__, ShownCase.__table__, Case.__table__


class Deployments:
    """One deployment per procedure; ``ids`` is what was found or applied last."""

    def __init__(self, service: Service, client: PrefectClient) -> None:
        self.service, self.client = service, client
        self.ids: dict[str, UUID] = {}

    def of(self, procedure: str) -> UUID | None:
        """The deployment of a procedure, once known."""
        return self.ids.get(procedure)

    async def check(self) -> dict[str, UUID]:
        """Apply what is missing or outdated. Deployments with new ids mean that every run is gone."""
        pool_id = await self._ensure_pool()
        for chosen in installed():
            self.ids[chosen.key] = await self._ensure(chosen, pool_id)
        return self.ids

    async def _ensure_pool(self) -> UUID:
        try:
            return (await self.client.read_work_pool(POOL)).id
        except ObjectNotFound:
            template = GongkaiWorker.get_default_base_job_template()
            try:
                pool = await self.client.create_work_pool(
                    WorkPoolCreate(
                        name=POOL,
                        type=GongkaiWorker.type,
                        description="公文公开事项 Disclosure cases",
                        base_job_template=template,
                    )
                )
            except ObjectAlreadyExists:  # our own worker's heartbeat made it just now
                pool = await self.client.read_work_pool(POOL)
            return pool.id

    async def _ensure(self, chosen: Procedure, pool_id: UUID) -> UUID:
        form, known = await asyncio.to_thread(self._wanted, chosen)
        cron = await asyncio.to_thread(opening_cron, self.service, chosen)
        digest = sha256(json.dumps([form, cron] if cron else form, sort_keys=True).encode()).hexdigest()
        found = await self._read(chosen)
        applied = (known.deployment_id, known.work_pool_id, known.digest) if known else None
        if found is not None and applied == (found, pool_id, digest):
            return found
        found = await self._apply(chosen, form, cron)
        replaced = await asyncio.to_thread(
            self._record, chosen.key, known, deployment_id=found, pool_id=pool_id, digest=digest
        )
        for run in await read_runs(self.client, replaced):  # none, unless only the deployment was deleted
            await force(self.client, run, Cancelled(message="由新的运行显示 Shown by a new run"))
        return found

    def _wanted(self, chosen: Procedure) -> tuple[dict[str, Any], Row[Any] | None]:
        with self.service.database.connect() as connection:
            known = connection.execute(
                select(_deployment).where(_deployment.c.procedure == chosen.key)
            ).one_or_none()
        return launch_form(self.service, chosen), known

    async def _read(self, chosen: Procedure) -> UUID | None:
        try:
            deployment = await self.client.read_deployment_by_name(f"{chosen.key}/{NAME}")
        except ObjectNotFound:
            return None
        return deployment.id if deployment.work_pool_name == POOL else None

    async def _apply(self, chosen: Procedure, form: dict[str, Any], cron: str) -> UUID:
        flow_id = await self.client.create_flow_from_name(chosen.key)
        log.info("deployment-applied", procedure=chosen.key)
        return await self.client.create_deployment(
            flow_id,
            NAME,
            work_pool_name=POOL,
            path=None,
            entrypoint=f"flows.runs.{chosen.key.replace('-', '_')}",
            description=f"{chosen.chinese}流程：{chosen.source}。发起后由拟稿人在门户中办理。"
            f"{chosen.english}: the drafter goes on in the portal.",
            version=str(chosen.version),
            tags=[],
            parameter_openapi_schema=form,
            enforce_parameter_schema=True,
            schedules=self._schedules(cron),
        )

    def _schedules(self, cron: str) -> list[DeploymentScheduleCreate]:
        if not cron:
            return []
        schedule = CronSchedule(cron=cron, timezone=self.service.settings.timezone)
        return [DeploymentScheduleCreate(schedule=schedule)]

    def _record(
        self, procedure: str, known: Row[Any] | None, *, deployment_id: UUID, pool_id: UUID, digest: str
    ) -> list[UUID]:
        """Note what was applied. Returns the runs that show nothing any more."""
        values = {"deployment_id": deployment_id, "work_pool_id": pool_id, "digest": digest}
        with self.service.database.begin() as connection:
            connection.execute(
                insert(_deployment)
                .values(procedure=procedure, **values)
                .on_conflict_do_update(index_elements=["procedure"], set_=values)
            )
            if known is None or (known.deployment_id, known.work_pool_id) == (deployment_id, pool_id):
                return []
            shown = _shown.c.case_id.in_(select(_cases.c.id).where(_cases.c.procedure == procedure))
            present = select(_shown.c.flow_run_id).where(shown, _shown.c.flow_run_id.is_not(None))
            old = list(connection.execute(present).scalars())
            shown_anew = begin_generation(connection, shown)
            append_to_organ(
                connection,
                "prefect-database-replaced",
                at=self.service.now,
                actor="system",
                channel="reconciler",
                data={"procedure": procedure, "cases_shown_anew": shown_anew},
            )
        log.warning("prefect-database-replaced", procedure=procedure, cases=shown_anew)
        return old
