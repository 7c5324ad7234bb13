"""A part that lives and does nothing is noticed."""

import os
import signal
from pathlib import Path

import pytest

from deployments import guard, heartbeat
from deployments.components import WORKER
from deployments.heartbeat import Heartbeat
from deployments.instance import Instance
from deployments.processes import read_record
from deployments.supervisor import Supervisor
from tests.free_ports import free_ports
from tests.supervisor.conftest import wait_until
from tests.supervisor.stubs import BEATER


def test_part_that_hangs_is_started_again(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "LONGEST_SILENCE_SECONDS", 0.5)
    monkeypatch.setattr(guard, "HEALTH_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(guard, "BAD_SECONDS", 0.1)
    with Supervisor(instance, components=(BEATER,), ports=free_ports()):
        before = read_record(instance.run, "worker")
        assert before is not None
        os.kill(before.pid, signal.SIGSTOP)

        def runs_anew() -> bool:
            record = read_record(instance.run, "worker")
            return record is not None and record.pid != before.pid

        wait_until(runs_anew)


def test_only_a_new_beat_is_a_sign_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: now)
    file = tmp_path / "worker.beat"
    watched = Heartbeat(file)
    assert not watched.is_recent(), "it has not begun"
    file.touch()
    assert watched.is_recent()
    now += heartbeat.LONGEST_SILENCE_SECONDS - 1
    assert watched.is_recent()
    now += 1
    assert not watched.is_recent()
    os.utime(file, (0, 0))  # the wall clock was set back
    assert watched.is_recent()
    watched.forget()
    assert not watched.is_recent()


def test_the_worker_is_watched_by_its_beat() -> None:
    assert WORKER.beats
