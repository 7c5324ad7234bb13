"""``python -m deployments.worker``: executes flow runs, shows cases, wakes, reconciles, sends messages.

Any number may run. One of them leads (shows, wakes, reconciles); all execute runs and send messages.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import structlog
from prefect.client.orchestration import PrefectClient, get_client
from prefect.settings import PREFECT_WORKER_QUERY_SECONDS, temporary_settings

import flows  # noqa: F401  installs every procedure
from deployments.errors import SettingsUnusable
from deployments.heartbeat import BEAT_VARIABLE, beat_for_ever
from deployments.leadership import Leadership
from deployments.loops import forever
from deployments.mail_settings import require_usable
from deployments.prefect_deployments import POOL, Deployments
from deployments.prefect_worker import GongkaiWorker, quiet_prefect
from engine.bulk_work import launch_rows
from engine.chores import Chores
from engine.clocks.service import ClockService
from engine.dispatcher import Dispatcher
from engine.group_outbox import GroupOutbox
from engine.groups import groups_of
from engine.outbox import send_due
from engine.patrol import Patrol
from engine.projection.mending import RunSetter
from engine.projection.projector import Projector
from engine.reconciler import Reconciler
from engine.service import Service, service_from_environment
from rules.errors import SettingsRefused

log = structlog.get_logger(__name__)

RUN_POLL_SECONDS = 3
"""How soon a run started by the form is picked up; our own wakes are picked up at once."""

OUTBOX_SECONDS = 1.0

BULK_SECONDS = 1.0

FOLLOWER_SECONDS = 1.0
"""How often a worker that does not lead asks whether it may."""


class Worker:
    """The loops of one worker process."""

    def __init__(self, service: Service, client: PrefectClient) -> None:
        self.service, self.client = service, client
        self.leadership = Leadership(service)
        self.deployments = Deployments(service, client)
        self.chores = Chores(service)
        self.patrol = Patrol(service)
        self.clocks = ClockService(service)
        setter = RunSetter(service, client)
        self.projector = Projector(service, client, setter, self.deployments.of)
        self.dispatcher = Dispatcher(service, client, setter, self.pick_up)
        self.reconciler = Reconciler(service, client, setter, self.deployments.check)
        groups = groups_of(service.settings, service.time)
        self.group_outboxes = [GroupOutbox(service, name, group) for name, group in groups.items()]
        # A thread each: a group that does not answer must not keep others, or anything else, waiting.
        self._tellers = ThreadPoolExecutor(max(1, len(groups)), "tell")
        self._prefect_worker: GongkaiWorker | None = None

    async def run(self) -> None:
        """Until cancelled."""
        settings = self.service.settings
        poll, seldom = settings.poll_seconds, settings.reconcile_seconds
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(forever("runs", self.execute_runs, every_seconds=1, limit_seconds=86400 * 365))
            for name, work, pause in (
                ("show", self.projector.show_outdated, poll),
                ("wake", self.dispatcher.wake_due, poll),
                ("reconcile", self._reconcile, seldom),
                ("chores", self._chores, seldom),
                ("patrol", self._patrol, seldom),  # apart: a slow website keeps nothing else waiting
            ):
                tasks.create_task(forever(name, self._leading(work), every_seconds=pause, limit_seconds=300))
            tasks.create_task(forever("outbox", self._send, every_seconds=OUTBOX_SECONDS))
            # In every worker, whether it leads or not: a rung is claimed by the lock on its case.
            tasks.create_task(forever("clocks", self._keep_time, every_seconds=0, limit_seconds=300))
            # In every worker too: a row is claimed by its lock.
            tasks.create_task(forever("bulk", self._launch_rows, every_seconds=BULK_SECONDS))
            for outbox in self.group_outboxes:
                tell = self._leading(partial(self._tell, outbox))
                tasks.create_task(forever(f"outbox-{outbox.name}", tell, every_seconds=OUTBOX_SECONDS))

    async def execute_runs(self) -> int:
        """Prefect's own worker loop; it ends after a row of failures and is then begun anew."""
        name = f"gongkai-{socket.gethostname()}-{os.getpid()}"
        worker = GongkaiWorker(work_pool_name=POOL, name=name, prefetch_seconds=0)
        self._prefect_worker = worker
        try:
            with temporary_settings(set_defaults={PREFECT_WORKER_QUERY_SECONDS: RUN_POLL_SECONDS}):
                await worker.start(printer=lambda *_: None)
        finally:
            self._prefect_worker = None
        return 0

    async def pick_up(self) -> None:
        """Look for runs now."""
        worker = self._prefect_worker
        if worker is not None and worker.is_setup:
            await worker.get_and_submit_flow_runs()

    def _leading(self, work: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
        async def when_leading() -> int:
            if await asyncio.to_thread(self.leadership.holds):
                return await work()
            await asyncio.sleep(FOLLOWER_SECONDS)
            return 1  # ask again now: a leader that ended must not be missed for a whole round

        return when_leading

    async def _reconcile(self) -> int:
        await self.reconciler.reconcile()
        return 0

    async def _chores(self) -> int:
        await asyncio.to_thread(self.chores.run)
        return 0

    async def _patrol(self) -> int:
        await asyncio.to_thread(self.patrol.run)
        return 0

    async def _keep_time(self) -> int:
        done = await asyncio.to_thread(self.clocks.run)
        if not done:
            await asyncio.sleep(await asyncio.to_thread(self.clocks.sleep_seconds))
        return done

    async def _launch_rows(self) -> int:
        return await asyncio.to_thread(launch_rows, self.service)

    async def _send(self) -> int:
        return await asyncio.to_thread(send_due, self.service)

    async def _tell(self, outbox: GroupOutbox) -> int:
        return await asyncio.get_running_loop().run_in_executor(self._tellers, outbox.tell_due)


async def serve() -> None:
    """Run until SIGTERM or SIGINT."""
    quiet_prefect()
    service = service_from_environment()
    watched = os.environ.get(BEAT_VARIABLE)  # set by a supervisor of ours
    beat = asyncio.create_task(beat_for_ever(Path(watched))) if watched else None
    for fault in require_usable(service.settings):
        log.warning("setting-unwise", setting=fault.setting, why=fault.en)
    async with get_client() as client:
        work = asyncio.create_task(Worker(service, client).run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, work.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await work
    if beat is not None:
        beat.cancel()
    log.info("stopped")


def main() -> None:
    """The process: threads still at work when it is told to stop hold leases that run out by themselves."""
    try:
        asyncio.run(serve())
    except (SettingsRefused, SettingsUnusable) as refused:  # a traceback would hide what is to be set
        sys.stderr.write(f"{refused}\n")
        raise SystemExit(2) from None  # as the command line: what was given is invalid
    os._exit(0)


if __name__ == "__main__":
    main()
