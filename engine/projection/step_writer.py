"""Writing the changed bars of many cases in one call, and finding out which of them are stored."""

import asyncio
import time
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import TERMINAL_STATES, StateType

from engine.projection import bars, task_runs
from engine.projection.snapshot import CaseSeen
from engine.service import Service

READ_BACK_SECONDS = 5.0

Expected = dict[int, dict[UUID, StateType]]
"""By case: the task runs that must be found, and how."""


class StepWriter:
    """Remembers what was sent and not found, because that must be sent differently.

    A restart forgets it, which costs a request or a round: what is sent once more has the same ids, so the
    server writes the same task run and leaves a state alone that it has; what it ignores is not found, and
    sent differently then. Artifacts are no part of it: they are looked up by key before they are made.
    """

    def __init__(self, service: Service, client: PrefectClient) -> None:
        self.service, self.client = service, client
        self._lost: dict[UUID, int] = {}

    async def write(self, cases: list[CaseSeen]) -> Expected:
        """Send what changed of these cases; returns what must be found afterwards."""
        machine_now = self.service.machine_now
        now = await asyncio.to_thread(self.service.statutory, machine_now)
        timezone = self.service.settings.timezone
        expected: Expected = {case.id: {} for case in cases}
        events = {}
        for case in cases:
            assert case.flow_run_id is not None
            for bar in bars.changed(case, now, machine_now, timezone):
                run_id = task_runs.task_run_id(case.flow_run_id, bar.label)
                expected[case.id][run_id] = bar.state.type
                events[run_id] = task_runs.task_run_event(case.flow_run_id, bar, self._lost.get(run_id, 0))
        late = await task_runs.read_states(self.client, [run_id for run_id in events if run_id in self._lost])
        missing = _missing(expected, late)
        lacking = {run_id for pending in missing.values() for run_id in pending}
        await task_runs.send(self.client, [events[run_id] for run_id in events if run_id in lacking])
        return expected

    async def find(self, expected: Expected) -> set[int]:
        """Wait until everything expected is stored, but not for ever. Returns the cases of which all is."""
        until = time.monotonic() + READ_BACK_SECONDS
        missing = expected
        while True:
            ids = [run_id for pending in missing.values() for run_id in pending]
            missing = _missing(missing, await task_runs.read_states(self.client, ids))
            if not any(missing.values()) or time.monotonic() > until:
                break
            await asyncio.sleep(0.1)
        self._remember(expected, missing)
        return {case_id for case_id, pending in missing.items() if not pending}

    def _remember(self, expected: Expected, missing: Expected) -> None:
        lost = {run_id for pending in missing.values() for run_id in pending}
        for run_id in (run_id for pending in expected.values() for run_id in pending):
            if run_id in lost:
                self._lost[run_id] = self._lost.get(run_id, 0) + 1
            else:
                self._lost.pop(run_id, None)


def _missing(expected: Expected, stored: dict[UUID, StateType]) -> Expected:
    return {
        case_id: {
            run_id: state for run_id, state in wanted.items() if not _is_shown(stored.get(run_id), state)
        }
        for case_id, wanted in expected.items()
    }


def _is_shown(stored: StateType | None, wanted: StateType) -> bool:
    # An open step may have gone further by itself meanwhile (an activity that is being executed).
    return stored is not None and (stored is wanted or wanted not in TERMINAL_STATES)
