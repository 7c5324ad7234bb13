"""The Prefect side of a procedure: what its flow does when Prefect runs it.

A run is woken only to execute an automated step. It finds its case, replays the procedure from the journal,
executes what is open under a lease, and parks again. It never decides anything.
"""

import asyncio
import inspect
import os
import socket
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, TypeVar

import structlog
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import Pause
from prefect.states import Cancelled, Completed, Failed
from prefect.utilities.engine import propose_state

from engine import visits
from engine.advance import freeze_if_it_does_not_fit
from engine.execution import execute
from engine.hand_acts import flag_hand_act
from engine.leases import claim
from engine.procedures import Procedure, procedure
from engine.projection import runs
from engine.projection.record import note
from engine.projection.wording import run_message
from engine.replay import ReplayMismatch
from engine.service import Service, service_from_environment
from engine.visits import NotTheCasesRun, Visit
from rules.errors import AlreadyOpened, GongkaiError, UnknownProcedure
from rules.faults import told

log = structlog.get_logger(__name__)
T = TypeVar("T")


@lru_cache(maxsize=1)
def _service() -> Service:
    """Any Prefect worker may run a flow, so the flow finds the installation by itself."""
    return service_from_environment(pool_size=4)


@lru_cache
def flow_of(key: str) -> Flow[..., Any]:
    """The Prefect flow of a procedure, of the same name. Its parameters are the intake's fields, flat."""
    chosen = procedure(key)

    async def run(**parameters: Any) -> State[Any]:
        return await _run(chosen, parameters)

    run.__name__, run.__doc__ = key.replace("-", "_"), f"{chosen.chinese} {chosen.english}: {chosen.source}"
    run.__module__ = chosen.body.__module__
    run.__signature__ = _signature(chosen)  # type: ignore[attr-defined]
    # The body validates by itself: a refusal must say what to do, and the operator may switch the schema off.
    return Flow(
        run,
        name=key,
        version=str(chosen.version),
        retries=0,
        persist_result=False,
        validate_parameters=False,
    )


def _signature(chosen: Procedure) -> inspect.Signature:
    """Everything is optional here: what is missing is told in words, not by a failing call."""
    names = chosen.intake.model_fields
    return inspect.Signature(
        [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Any) for n in names]
    )


async def _run(chosen: Procedure, parameters: dict[str, Any]) -> State[Any]:
    """One visit. Nothing is raised but Prefect's own signals: the server would show an error's text."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    run = context.flow_run
    number = visits.case_named_in(run.idempotency_key)
    try:
        service = _service()
        visit = await _arrive(service, chosen, parameters, run)
        number = visit.number
        if visit.unasked is not None and not runs.is_woken_by_us(
            await runs.read_states(context.client, run.id)
        ):
            await _sync(flag_hand_act, service, visit.unasked, "resumed")
        await _execute_what_is_due(service, visit)
        return await _end_or_park(service, context, visit)
    except NotTheCasesRun as error:
        return Cancelled(message=str(error))
    except AlreadyOpened as error:  # opened before, by hand or by a schedule that fired twice
        return Cancelled(message=visits.refusal(error))
    except GongkaiError as error:
        return Failed(message=visits.refusal(error))
    except Exception as error:  # the boundary to Prefect
        log.error("run-failed", run=str(run.id), case=number, **told(error))
        return Failed(message=visits.unforeseen(error, number))


async def _arrive(service: Service, chosen: Procedure, parameters: dict[str, Any], run: FlowRun) -> Visit:
    given = {name: value for name, value in parameters.items() if value is not None}
    return await _sync(
        visits.arrive,
        service,
        chosen,
        given,
        flow_run_id=run.id,
        idempotency_key=run.idempotency_key,
    )


async def _execute_what_is_due(service: Service, visit: Visit) -> None:
    holder = f"{socket.gethostname()}:{os.getpid()}"
    going_on = True
    while going_on:
        going_on = False
        for due in await _sync(_due_activities, service, visit.case_id):
            lease = await _sync(claim, service, due.step_id, holder=holder)
            if lease is not None:  # else not yet due again, with the administrator, or another run has it
                await execute(service, lease, due.step, visit.flow_run_id)
                going_on = True


def _due_activities(service: Service, case_id: int) -> list[visits.DueActivity]:
    try:
        return visits.due_activities(service, case_id)
    except (ReplayMismatch, UnknownProcedure, ValueError) as error:
        log.error("journal-does-not-fit", case_id=case_id, error=type(error).__name__)
        freeze_if_it_does_not_fit(service, case_id)
        return []


async def _end_or_park(service: Service, context: FlowRunContext, visit: Visit) -> State[Any]:
    case = await _sync(visits.read_case, service, visit.case_id)
    message = run_message(case, service.settings.timezone)
    if case.closed_at is not None:
        return Completed(message=message)
    key = runs.new_pause_key()
    state = runs.parked(message, key)
    assert isinstance(context.client, PrefectClient)
    accepted = await propose_state(context.client, state, flow_run_id=visit.flow_run_id)
    log.info("parked", case=case.number, state=accepted.name)
    await _sync(
        note,
        service,
        visit.case_id,
        visit.flow_run_id,
        pause_key=key,
        message=message,
        woken_at=None,
    )
    raise Pause(state=state)


async def _sync(function: Callable[..., T], *arguments: Any, **keywords: Any) -> T:
    """Database work off the event loop."""
    return await asyncio.to_thread(partial(function, *arguments, **keywords))
