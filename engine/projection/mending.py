"""Setting the state of a case's run: parking, waking, completing, and mending what is not as it should be.

Projector, dispatcher and reconciler all set states. Each first claims the change in our row, against what it
judged by, and sets it before another may claim: nobody parks a run that was woken meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType

from engine.hand_acts import flag_deletion, flag_hand_act
from engine.projection import record, runs
from engine.projection.judging import Verdict
from engine.projection.runs import RunSeen
from engine.projection.snapshot import CaseSeen
from engine.projection.wording import run_message
from engine.service import Service

_PENDING, _RUNNING = StateType.PENDING, StateType.RUNNING


class RunSetter:
    """The one hand that sets run states, of the leading worker."""

    def __init__(self, service: Service, client: PrefectClient) -> None:
        self.service, self.client = service, client
        self._locks: dict[int, asyncio.Lock] = {}

    async def mend(self, case: CaseSeen, run: RunSeen | None, verdict: Verdict) -> None:
        """Act on a verdict: flag a hand act, then park the run (again) or complete it."""
        if verdict is Verdict.UNDERWAY:
            return
        if verdict is Verdict.DELETED:
            await asyncio.to_thread(flag_deletion, self.service, case)
        elif case.closed_at is not None:
            await self._complete(case, verdict)
        else:
            assert run is not None
            if verdict is Verdict.BY_HAND and not await self._is_late_wake(run):
                what = f"{run.name} {run.message}".strip()[:100]
                await asyncio.to_thread(flag_hand_act, self.service, case, what)
            await self.park(case)

    async def _is_late_wake(self, run: RunSeen) -> bool:
        """A run we gave up for lost and parked may still begin: Prefect lets a parked run go to Running.

        It may fail then, too: from where it had begun, or in our worker before it could.
        """
        states = await runs.read_states(self.client, run.id)
        if not runs.is_woken_by_us(states):
            return False
        if run.type in (StateType.FAILED, StateType.CRASHED):
            before = [state.type for state in states if state.timestamp < run.since][-1:]
            return run.message.startswith(runs.NOT_STARTED) or before in ([_PENDING], [_RUNNING])
        return run.type in (_PENDING, _RUNNING)

    async def wake(self, case: CaseSeen) -> bool:
        """Hand a parked run to a worker. ``False``: its state was changed since ``case`` was read."""
        # First our note, then the wake: a run that starts without a note was resumed by hand.
        async with self._claimed(case, woken_at=self.service.machine_now) as claimed:
            if claimed:
                due = [step.label for step in case.open_steps if step.attempts is not None]
                assert case.flow_run_id is not None
                await runs.wake(self.client, case.flow_run_id, ", ".join(due))
            return claimed

    async def park(self, case: CaseSeen) -> None:
        """With the message of the moment.

        The park is written down after it is set. A crash between leaves a wake of ours, which is mended
        without a flag; the other way round a run we had not yet parked would look changed by hand.
        """
        key, message = runs.new_pause_key(), run_message(case, self.service.settings.timezone)
        now = self.service.machine_now
        async with self._claimed(case, woken_at=now) as claimed:
            if claimed:
                assert case.flow_run_id is not None
                await runs.force(self.client, case.flow_run_id, runs.parked(message, key))
                await asyncio.to_thread(
                    record.claim_state,
                    self.service,
                    replace(case, woken_at=now),
                    pause_key=key,
                    message=message,
                    woken_at=None,
                )

    async def _complete(self, case: CaseSeen, verdict: Verdict) -> None:
        assert case.flow_run_id is not None
        if verdict is not Verdict.ENDED:
            message = run_message(case, self.service.settings.timezone)
            await runs.complete(self.client, case.flow_run_id, message)
        await asyncio.to_thread(
            record.note, self.service, case.id, case.flow_run_id, finished=True, woken_at=None
        )

    @asynccontextmanager
    async def _claimed(self, case: CaseSeen, **values: Any) -> AsyncIterator[bool]:
        """Whether our row was as ``case`` says, and is changed now; nobody else sets the run meanwhile."""
        lock = self._locks.setdefault(case.id, asyncio.Lock())
        async with lock:
            yield await asyncio.to_thread(record.claim_state, self.service, case, **values)
        if not lock.locked():
            self._locks.pop(case.id, None)
