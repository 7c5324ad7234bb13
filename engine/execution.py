"""Executing one automated step as a real Prefect task, under a lease that is kept while it runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.states import Running
from prefect.task_engine import run_task_async
from pydantic import PrivateAttr

from engine.activities import ACTIVITIES
from engine.leases import Lease, give_up, renew, settle
from engine.projection.snapshot import StepSeen
from engine.projection.task_runs import task_run_id
from engine.projection.wording import step_name
from engine.service import Service
from rules.errors import GongkaiError, Kind
from rules.faults import came_through, told

log = structlog.get_logger(__name__)

RETRY_SECONDS = [1.0, 4.0]
"""Three tries within a minute; after that the run parks and is woken later."""

LONGEST_SECONDS = 20 * 60
"""So long the lease of one effect is renewed: longer than three tries with a large document may take. What
hangs beyond that is left to another executor; its late result is an orphan effect."""


class EffectFailed(Exception):
    """An effect raised an error of this type. Its text may quote a document, so it goes nowhere."""


async def execute(service: Service, lease: Lease, step: StepSeen, flow_run_id: UUID) -> None:
    """Try the effect, then settle the step or note the failure; without the lease it is an orphan effect."""
    ahead = await asyncio.to_thread(service.ahead) or timedelta(0)
    try:
        async with _kept(service, lease):
            facts: Any = await run_task_async(
                _task(service, lease, step), task_run=_row(step, flow_run_id, ahead), parameters={}
            )
    except Exception as error:  # whatever an effect does, the case must be able to wait for the next try
        text = error.message("zh") if isinstance(error, GongkaiError) else _name(error)
        log.warning(
            "activity-failed", case=lease.case_number, step=step.label, error=text, at=came_through(error)
        )
        final = isinstance(error, GongkaiError) and error.kind is Kind.BROKEN
        await asyncio.to_thread(give_up, service, lease, text, last_attempt=1 if final else None)
        return
    await asyncio.to_thread(settle, service, lease, facts)


def _name(error: Exception) -> str:
    return str(error) if isinstance(error, EffectFailed) else type(error).__name__


def _task(service: Service, lease: Lease, step: StepSeen) -> Task[[], Any]:
    async def effect() -> dict[str, Any]:
        try:
            return await asyncio.to_thread(ACTIVITIES[lease.activity], service, lease)
        except GongkaiError:
            raise
        except Exception as error:  # whatever it is, Prefect would show its text
            log.warning("effect-failed", case=lease.case_number, step=step.label, **told(error))
            raise EffectFailed(type(error).__name__) from None

    effect.__name__ = lease.activity
    return Task(
        effect,
        name=step_name(step),
        retries=len(RETRY_SECONDS),
        retry_delay_seconds=RETRY_SECONDS,
        retry_condition_fn=_may_help,
        persist_result=False,
        cache_policy=NO_CACHE,
    )


async def _may_help(_task: Any, _run: Any, state: Any) -> bool:
    """Whether trying again at once may help: not when it was refused for a reason that stays."""
    error = await state.aresult(raise_on_failure=False)
    return not isinstance(error, GongkaiError) or error.kind is Kind.UNAVAILABLE


class OpenedTaskRun(TaskRun):
    """The engine stamps the start at every try; the bar should begin where the step was opened.

    It stamps states by the machine's clock; the projector's for the same task run are in statutory time, and
    of two states the server keeps the later one.
    """

    _ahead: timedelta = PrivateAttr(default=timedelta(0))

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "start_time" and self.__dict__.get("start_time") is not None:
            return
        if name == "state":
            value.timestamp += self._ahead
        super().__setattr__(name, value)


def _row(step: StepSeen, flow_run_id: UUID, ahead: timedelta) -> TaskRun:
    """The step round's one task run, which the projector has shown or will show too."""
    row = OpenedTaskRun(
        id=task_run_id(flow_run_id, step.label),
        name=step_name(step),
        flow_run_id=flow_run_id,
        task_key=step.key,
        dynamic_key=step.label,
        run_count=0,
        start_time=step.opened_at,
        tags=[step.kind],
    )
    row._ahead = ahead
    row.state = Running()
    return row


@contextlib.asynccontextmanager
async def _kept(service: Service, lease: Lease) -> AsyncIterator[None]:
    """Renew the lease while the effect is tried. Losing it ends nothing: the result tells by its epoch."""
    keeper = asyncio.create_task(keep(service, lease))
    try:
        yield
    finally:
        keeper.cancel()


async def keep(service: Service, lease: Lease) -> None:
    """Renew the lease again and again, but not for ever: an effect may hang, and no other could take over."""
    until = service.machine_now + timedelta(seconds=LONGEST_SECONDS)
    while service.machine_now < until:
        await asyncio.sleep(service.settings.lease_seconds / 3)
        with contextlib.suppress(Exception):  # a database that is away now is asked again next time
            await asyncio.to_thread(renew, service, lease)
    log.warning("lease-no-longer-kept", case=lease.case_number, activity=lease.activity)
