"""The dispatcher: wakes the run of every case that has an automated step to execute now."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from prefect.client.orchestration import PrefectClient

from engine.projection import record, runs
from engine.projection.judging import Verdict, judge, patience_of
from engine.projection.mending import RunSetter
from engine.projection.snapshot import CaseSeen, read_cases
from engine.service import Service

log = structlog.get_logger(__name__)

CASES_AT_ONCE = 20


class Dispatcher:
    """One at a time per installation; a lost wake is found by its age and repeated."""

    def __init__(
        self,
        service: Service,
        client: PrefectClient,
        setter: RunSetter,
        pick_up: Callable[[], Awaitable[object]],
    ) -> None:
        """``pick_up`` makes our worker look for runs now instead of at its next poll."""
        self.service, self.client, self.setter, self.pick_up = service, client, setter, pick_up

    async def wake_due(self) -> int:
        """Wake what is due. Returns how many runs were woken."""
        patience = patience_of(self.service.settings)
        cases = await asyncio.to_thread(self._due, patience)
        if not cases:
            return 0
        known = await runs.read_runs(self.client, [c.flow_run_id for c in cases if c.flow_run_id])
        woken = 0
        for case in cases:
            assert case.flow_run_id is not None
            run = known.get(case.flow_run_id)
            verdict = judge(case, run, now=self.service.machine_now, patience=patience)
            if verdict is Verdict.PARKED:
                if await self.setter.wake(case):
                    log.info("woken", case=case.number)
                    woken += 1
            elif verdict in (Verdict.LOST, Verdict.BY_HAND):
                await self.setter.mend(case, run, verdict)
        if woken:
            await self.pick_up()
        return woken

    def _due(self, stale: timedelta) -> list[CaseSeen]:
        with self.service.database.connect() as connection:
            due = record.due_cases(connection, self.service.machine_now, stale=stale, limit=CASES_AT_ONCE)
            return read_cases(connection, due)
