"""The same four-approval case on Prefect's own ``suspend_flow_run`` with its process worker.

A decision is ``resume_flow_run``; the next to-do is open when the run is suspended again. The server is the
one an installation of ours runs; pool, deployment and worker are made for the measurement.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import psutil
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.workers.process import ProcessWorker

from benchmarks.figures import Figures
from benchmarks.installation import tell
from benchmarks.processes import cpu_seconds, tree

POLL_SECONDS = 2.0
"""How often the worker asks for runs. Prefect's default is 10 s; this favours it."""

_PATIENCE_SECONDS = 90.0


def measure(
    environment: dict[str, str], servers: list[psutil.Process], figures: Figures, *, decisions: int
) -> None:
    """Wall clock and processor time (Prefect server, PostgreSQL, worker and its runs) of each decision."""
    tell(f"Stock Prefect: {decisions} approvals of one case by suspend_flow_run, worker polls every 2 s")
    settings = {
        PREFECT_API_URL: environment["PREFECT_API_URL"],
        PREFECT_API_AUTH_STRING: environment["PREFECT_API_AUTH_STRING"],
    }
    pool = f"stock-{uuid4().hex[:8]}"
    with temporary_settings(settings):
        walls, cpus = asyncio.run(_walk(pool, environment, servers, decisions))
    how = f"resume_flow_run until the run is suspended again; process worker polling every {POLL_SECONDS:g} s"
    figures.add_times("prefect_stock.decision_to_next_ms", walls, how, against="floor.decision_to_next_ms")
    how = "processor time of Prefect server, PostgreSQL, process worker and the run's processes"
    beside = "floor.cpu_seconds_per_decision"
    used = sum(cpus) / len(cpus)
    figures.add("prefect_stock.cpu_seconds_per_decision", used, "s", how, samples=len(cpus), against=beside)


@contextmanager
def _worker(environment: dict[str, str], pool: str) -> Iterator[psutil.Popen]:
    """A process worker in a home of its own; its pool exists."""
    with TemporaryDirectory(prefix="prefect-stock-") as folder:
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
            **{name: value for name, value in environment.items() if name.startswith("PREFECT_")},
            "PREFECT_HOME": folder,
            "PREFECT_LOCAL_STORAGE_PATH": f"{folder}/storage",
            "PREFECT_WORKER_QUERY_SECONDS": str(POLL_SECONDS),
            "TMPDIR": folder,  # its runner leaves a folder there
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        command = [sys.executable, "-m", "prefect", "worker", "start", "--type", "process", "--pool", pool]
        with open(f"{folder}/worker.log", "wb") as log:
            worker = psutil.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log)
        try:
            yield worker
        except RuntimeError as error:
            error.add_note(Path(f"{folder}/worker.log").read_text(encoding="utf-8", errors="replace")[-2000:])
            raise
        finally:
            for process in reversed(tree(worker)):
                process.terminate()
            try:
                worker.wait(20)
            except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
                worker.kill()
                worker.wait()


async def _walk(
    pool: str, environment: dict[str, str], servers: list[psutil.Process], decisions: int
) -> tuple[list[float], list[float]]:
    walls: list[float] = []
    cpus: list[float] = []
    async with get_client() as client, _deployed(client, pool) as deployment:
        with _worker(environment, pool) as worker:
            run = (await client.create_flow_run_from_deployment(deployment)).id
            seen = {await _next_pause(client, run, set(), worker)}
            for _ in range(decisions):
                await _settled(worker)
                before = cpu_seconds([*servers, worker])
                began = time.perf_counter()
                await client.resume_flow_run(run)
                seen.add(await _next_pause(client, run, seen, worker))
                walls.append(time.perf_counter() - began)
                await _settled(worker)
                cpus.append(cpu_seconds([*servers, worker]) - before)
    return walls, cpus


@asynccontextmanager
async def _deployed(client: PrefectClient, pool: str) -> AsyncIterator[UUID]:
    template = ProcessWorker.get_default_base_job_template()
    await client.create_work_pool(WorkPoolCreate(name=pool, type="process", base_job_template=template))
    flow_id = await client.create_flow_from_name("four-approvals")
    deployment = await client.create_deployment(
        flow_id,
        pool,
        work_pool_name=pool,
        path=str(Path(__file__).parent / "stock"),  # becomes the working folder of its processes
        entrypoint="four_approvals.py:four_approvals",
    )
    try:
        yield deployment
    finally:
        await client.delete_deployment(deployment)
        await client.delete_work_pool(pool)


async def _next_pause(client: PrefectClient, run: UUID, seen: set[str], worker: psutil.Popen) -> str:
    """The key of the next suspension; empty when the run has completed."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        state = (await client.read_flow_run(run)).state
        assert state is not None
        key = state.state_details.pause_key
        if state.is_paused() and key and key not in seen:
            return key
        if state.is_completed():
            return ""
        if state.is_final() or worker.poll() is not None:
            raise RuntimeError(f"the stock run ended {state.name}: {state.message}")
        await asyncio.sleep(0.05)
    raise TimeoutError(f"the stock run did not suspend again within {_PATIENCE_SECONDS:g} s")


async def _settled(worker: psutil.Popen) -> None:
    """The run's process has ended, so that its processor time is counted."""
    until = time.monotonic() + 20
    while len(tree(worker)) > 1 and time.monotonic() < until:  # noqa: ASYNC110  another process
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
