"""Our Prefect worker type: it executes flow runs in its own process, a thread and an event loop each.

A run of ours lasts a second; starting a process for it would cost more than all its work. Any stock worker
can run the same deployments, only slower.
"""

import asyncio
import logging
import os
import re
from functools import lru_cache
from typing import Any
from uuid import UUID

import anyio
import anyio.abc
import anyio.to_thread
import structlog
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.states import Failed
from prefect.workers.base import BaseJobConfiguration, BaseWorker, BaseWorkerResult

from engine.projection.runs import NOT_STARTED
from rules.faults import told

log = structlog.get_logger(__name__)

RUNS_AT_ONCE = 8


class GongkaiJobConfiguration(BaseJobConfiguration):
    """No variables of our own: runs execute in the worker's process."""


class GongkaiWorkerResult(BaseWorkerResult):
    """A run that was executed here."""


OURS = re.compile(r"flows\.runs\.[a-z][a-z0-9_]*")


class ForeignDeployment(Exception):
    """A deployment in our pool names a program that is none of our procedures; it is not loaded."""


@lru_cache
def load_procedure(entrypoint: str) -> Flow[..., Any]:
    """The flow a deployment names. Whoever may write to Prefect's API may name anything, so only ours count.

    Raises:
        ForeignDeployment: the entrypoint is not one of ``flows.runs``.
    """
    if not OURS.fullmatch(entrypoint):
        raise ForeignDeployment("this work pool runs the procedures in flows.runs and nothing else")
    return load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)


class GongkaiWorker(BaseWorker[GongkaiJobConfiguration, Any, GongkaiWorkerResult]):
    """Executes runs in this process. Give it no ``limit``: a resume right after a park would end it."""

    type = "gongkai"
    job_configuration = GongkaiJobConfiguration
    _description = "公开流程：在工作进程内执行。Runs cases in the worker's own process."
    _display_name = "Gongkai 公开"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._threads = anyio.CapacityLimiter(RUNS_AT_ONCE)
        self._parked_meanwhile: set[UUID] = set()

    # Prefect lets ``Pause`` through in both: a BaseException, which would end the whole worker process when
    # a run was parked between its scheduling and our picking it up.

    async def _propose_pending_state(self, flow_run: FlowRun) -> bool:
        try:
            return await super()._propose_pending_state(flow_run)
        except Pause:
            return False

    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        try:
            await super()._propose_submitting_state(flow_run)
        except Pause:
            self._parked_meanwhile.add(flow_run.id)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: GongkaiJobConfiguration,  # noqa: ARG002  part of Prefect's interface
        task_status: anyio.abc.TaskStatus[Any] | None = None,
    ) -> GongkaiWorkerResult:
        """Execute one run until it parks or ends."""
        identifier = f"{os.getpid()}:{flow_run.id}"
        if flow_run.id in self._parked_meanwhile:
            self._parked_meanwhile.discard(flow_run.id)
            if task_status is not None:
                task_status.started(identifier)
            return GongkaiWorkerResult(identifier=identifier, status_code=0)
        assert flow_run.deployment_id is not None
        deployment = await self.client.read_deployment(flow_run.deployment_id)
        flow = load_procedure(str(deployment.entrypoint))  # an import error becomes Crashed, with its message
        if task_status is not None:
            task_status.started(identifier)
        problem = await anyio.to_thread.run_sync(
            _drive, flow, flow_run, abandon_on_cancel=True, limiter=self._threads
        )
        if problem is not None:
            await self.client.set_flow_run_state(flow_run.id, Failed(message=problem), force=True)
        return GongkaiWorkerResult(identifier=identifier, status_code=0)


def _drive(flow: Flow[..., Any], flow_run: FlowRun) -> str | None:
    """Run the flow in a loop of its own. Returns a message when the engine could not set a state."""
    try:
        # With return_type="state" a failed flow does not raise. run_flow_async would drop the parameters.
        asyncio.run(run_flow(flow, flow_run=flow_run, return_type="state"))  # type: ignore[arg-type]
    except (Pause, Abort):  # BaseException both: parked, or the server said no
        return None
    except Exception as error:
        log.warning("run-not-started", flow_run=str(flow_run.id), **told(error))
        return f"{NOT_STARTED}: {type(error).__name__}"
    return None


class ParkedIsNotAnError(logging.Filter):
    """Prefect logs "Finished in state Suspended" at ERROR for a parked run."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop just that line."""
        return not (record.levelno == logging.ERROR and str(record.msg).startswith("Finished in state"))


def quiet_prefect() -> None:
    """Keep Prefect's own logging to what an operator must see."""
    for name in ("prefect.flow_runs", "prefect.engine"):
        logging.getLogger(name).addFilter(ParkedIsNotAnError())
