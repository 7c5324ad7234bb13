"""Two workers at once: one leads, both execute, nothing is done twice; a worker told to stop stops."""

import signal
import subprocess
import sys
import time

import pytest

from deployments.components import STOP_SECONDS
from deployments.heartbeat import BEAT_VARIABLE
from deployments.processes import read_record
from deployments.supervisor import Supervisor
from engine.service import Service
from tests.builders import Bureau, case_row, decide_all, launch_case, scalars
from tests.prefect.console import Console
from tests.waiting import wait_until
from tests.website_process import WebsiteProcess


def _second_worker(installation: Supervisor) -> subprocess.Popen[bytes]:
    """Up and asking for the lead: else the first, started again by its guard, might be quicker."""
    instance = installation.instance
    beat = instance.run / "worker-2.beat"
    with (instance.logs / "worker-2.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "deployments.worker"],
            env=instance.child_environment("worker-2") | {BEAT_VARIABLE: str(beat)},
            cwd=instance.run,
            stdout=log,
            stderr=log,
        )
    wait_until(beat.exists, seconds=60, what="the second worker")
    return worker


@pytest.mark.timeout(180)
def test_two_workers_do_nothing_twice_and_the_second_leads_when_the_first_dies(
    installation: Supervisor, live: Service, live_bureau: Bureau, console: Console, website: WebsiteProcess
) -> None:
    second = _second_worker(installation)
    try:
        log = installation.instance.logs / "worker-2.log"
        numbers = [launch_case(live).number for _ in range(4)]
        for number in numbers:
            decide_all(live, number)
        record = read_record(installation.instance.run, "worker")
        assert record is not None
        subprocess.run(["kill", "-9", str(record.pid)], check=True)
        wait_until(lambda: "leading" in log.read_text(), seconds=180, what="the second to lead")
        for number in numbers:
            wait_until(lambda n=number: decide_all(live, n) or case_row(live, n).closed_at, seconds=180)  # type: ignore[misc]
            console.wait_state(number, "Completed", seconds=180)
            assert website.published(f"{number}:publication:1") == 1
            assert console.flags(number) == []
            named = [run for run in console.runs() if number in run["tags"]]
            assert len(named) == 1
        settled = "SELECT count(*) FROM ledger_entry WHERE action = 'activity-settled' AND chain = :c"
        assert [scalars(live, settled, c=case_row(live, n).id) for n in numbers] == [[1]] * 4
        began = time.monotonic()
        second.send_signal(signal.SIGTERM)
        assert second.wait(20) == 0
        assert time.monotonic() - began < STOP_SECONDS
    finally:
        second.kill()
        second.wait()
