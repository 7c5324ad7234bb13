"""The projector: brings Prefect up to what our journal says, many changes of a case in one go.

It works from a snapshot at sequence S, reads back what it wrote, and then records S. Prefect may be down,
slow, restarted or empty: nothing is recorded then, and the same is tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound

from engine.law import Law, law_of
from engine.projection import record, runs
from engine.projection.artifacts import Table, show_tables
from engine.projection.deadlines import deadlines, deadlines_true_until
from engine.projection.judging import Verdict, judge, patience_of
from engine.projection.mending import RunSetter
from engine.projection.runs import RunSeen
from engine.projection.snapshot import CaseSeen, read_cases
from engine.projection.step_writer import StepWriter
from engine.projection.wording import routing_sheet, run_message, run_name, tags
from engine.service import Service
from rules.faults import told

log = structlog.get_logger(__name__)
T = TypeVar("T")
R = TypeVar("R")

CASES_AT_ONCE = 20
CALLS_AT_ONCE = 4

STALE_AT_ONCE = 5
"""Cases of which only time passed, besides those that changed: at midnight all of them are."""


class Projector:
    """Shows cases. One at a time per installation; a second one would only repeat its work."""

    def __init__(
        self,
        service: Service,
        client: PrefectClient,
        setter: RunSetter,
        deployment_of: Callable[[str], UUID | None],
    ) -> None:
        self.service, self.client, self.setter, self.deployment_of = service, client, setter, deployment_of
        self._calls = asyncio.Semaphore(CALLS_AT_ONCE)
        self.steps = StepWriter(service, client)

    async def show_outdated(self) -> int:
        """Show a batch of cases that changed, or whose deadlines came nearer. Returns how many are shown."""
        now = self.service.now
        cases = await asyncio.to_thread(self._read, now)
        cases = [case for case in cases if case.flow_run_id or self.deployment_of(case.procedure)]
        if not cases:
            return 0
        known = await runs.read_runs(self.client, [c.flow_run_id for c in cases if c.flow_run_id])
        placed = await self._each(cases, lambda case: self._place(case, known))
        present = [(case, run) for case, run in placed if run is not None]
        expected = await self.steps.write([case for case, _ in present])
        law = await asyncio.to_thread(self._law)
        dressed = await self._each(present, lambda item: self._dress(*item, law, now))
        found = await self.steps.find(expected)
        shown = [item for item in dressed if item is not None and item[0].id in found]
        await asyncio.to_thread(
            record.note_shown,
            self.service,
            [(case, deadlines_true_until(case, law, now)) for case, _ in shown],
        )
        # Only now: a run that is Completed is not looked at again.
        await self._each([item for item in shown if item[0].closed_at], lambda item: self._set_state(*item))
        return len(shown)

    async def _each(self, items: list[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
        """Do it for all, a few at once. One that fails keeps no other; if all do, Prefect is away."""

        async def one(item: T) -> R:
            async with self._calls:
                return await work(item)

        done = await asyncio.gather(*(one(item) for item in items), return_exceptions=True)
        failed = [result for result in done if isinstance(result, BaseException)]
        if failed and len(failed) == len(items):
            raise failed[0]
        for error in failed:
            log.warning("case-not-shown", **told(error))
        return [result for result in done if not isinstance(result, BaseException)]

    def _read(self, now: datetime) -> list[CaseSeen]:
        with self.service.database.connect() as connection:
            changed = record.outdated_cases(connection, CASES_AT_ONCE)
            room = max(0, min(STALE_AT_ONCE, CASES_AT_ONCE - len(changed)))
            stale = record.stale_cases(connection, now, room)
            return read_cases(connection, {*changed, *stale})

    def _law(self) -> Law:
        with self.service.read() as connection:
            return law_of(connection, self.service.settings.timezone)

    async def _place(self, case: CaseSeen, known: dict[UUID, RunSeen]) -> tuple[CaseSeen, RunSeen | None]:
        """The case with its run; the run is made when there is none yet."""
        if case.flow_run_id is not None:
            return case, known.get(case.flow_run_id)  # a deleted run is the reconciler's business
        flow_run_id = case.adopted_run if case.generation == 1 else None
        if flow_run_id is None:
            deployment_id = self.deployment_of(case.procedure)
            assert deployment_id is not None
            flow_run_id = await runs.create_run(self.client, case, deployment_id, self.service.machine_now)
        await asyncio.to_thread(record.note_run, self.service, case.id, case.generation, flow_run_id)
        placed = await asyncio.to_thread(self._read_one, case.id)
        if flow_run_id != case.adopted_run:  # that one is at work
            await self.setter.park(placed)
            placed = await asyncio.to_thread(self._read_one, case.id)
        return placed, (await runs.read_runs(self.client, [flow_run_id])).get(flow_run_id)

    def _read_one(self, case_id: int) -> CaseSeen:
        with self.service.database.connect() as connection:
            return read_cases(connection, [case_id])[0]

    async def _dress(
        self, case: CaseSeen, run: RunSeen, law: Law, now: datetime
    ) -> tuple[CaseSeen, RunSeen] | None:
        """Name, tags, tables and, while the case is open, state of its run. ``None``: the run is gone."""
        assert case.flow_run_id is not None
        try:
            await self._label(case, case.flow_run_id)
            await self._tables(case, case.flow_run_id, law, now)
        except ObjectNotFound:
            return None
        if case.closed_at is None:
            await self._set_state(case, run)
        return case, run

    async def _tables(self, case: CaseSeen, flow_run_id: UUID, law: Law, now: datetime) -> None:
        """The routing sheet where the case changed, and the time limits, which change by themselves."""
        settings, tables = self.service.settings, {}
        if case.seq > case.shown_seq or case.sheet_id is None:
            rows = routing_sheet(case, settings.timezone)
            tables["routing-sheet"] = Table("发文稿纸 Routing sheet", rows, case.sheet_id)
        if case.clocks:
            rows = deadlines(case, law, now)
            tables["deadlines"] = Table("时限 Deadlines", rows, case.deadlines_id)
        shown = await show_tables(self.client, case, flow_run_id, tables, base_url=settings.base_url)
        noted = {
            "sheet_id": shown.get("routing-sheet", case.sheet_id),
            "deadlines_id": shown.get("deadlines", case.deadlines_id),
        }
        if noted != {"sheet_id": case.sheet_id, "deadlines_id": case.deadlines_id}:
            await asyncio.to_thread(record.note, self.service, case.id, flow_run_id, **noted)

    async def _label(self, case: CaseSeen, flow_run_id: UUID) -> None:
        label = " ".join([run_name(case), *tags(case)])
        if label != case.label:
            await self.client.update_flow_run(flow_run_id, name=run_name(case), tags=tags(case))
            await asyncio.to_thread(record.note, self.service, case.id, flow_run_id, label=label)

    async def _set_state(self, case: CaseSeen, run: RunSeen) -> None:
        settings = self.service.settings
        verdict = judge(case, run, now=self.service.machine_now, patience=patience_of(settings))
        same = case.closed_at is None and case.message == run_message(case, settings.timezone)
        if not (verdict is Verdict.PARKED and same):
            await self.setter.mend(case, run, verdict)
