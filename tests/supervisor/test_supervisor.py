"""The supervisor keeps everything running, and leaves nothing running."""

import functools
import os
import signal
import socket
import subprocess
import time

import psutil
import pytest

from deployments.errors import ComponentDidNotStart, InstanceAlreadyRunning, PortInUse
from deployments.instance import Instance
from deployments.ports import PortChoice, Ports
from deployments.processes import ProcessRecord, find_process, read_record, write_record
from deployments.supervisor import Supervisor
from tests.free_ports import free_ports
from tests.supervisor.conftest import pids_of, wait_until
from tests.supervisor.stubs import BROKEN, SERVER, SLEEPER

supervise = functools.partial(Supervisor, ports=free_ports(), port_choice=PortChoice.NEXT_FREE)


def _pid(instance: Instance, name: str) -> int:
    record = read_record(instance.run, name)
    assert record is not None
    return record.pid


def test_everything_runs_and_nothing_is_left_after_stop(instance: Instance) -> None:
    migrated: list[str] = []
    told: list[str] = []
    with supervise(
        instance,
        components=(SLEEPER, SERVER),
        migrate=lambda environment: migrated.append(environment["GONGKAI_OWNER_DATABASE_URL"]),
        on_progress=told.append,
    ) as supervisor:
        running = {status.name: status for status in supervisor.status() if status.running}
        assert set(running) == {"supervisor", "postgres", "worker", "portal"}
        assert running["portal"].port == supervisor.ports.portal
        assert running["worker"].since is not None
        assert len(migrated) == 1
        assert "gongkai_owner" in migrated[0]
    assert pids_of(instance) == set()
    assert not any(status.running for status in supervisor.status())
    assert told[-3:] == ["Stopping portal", "Stopping worker", "Stopping postgres"]


def test_part_that_dies_is_started_again(instance: Instance) -> None:
    with supervise(instance, components=(SLEEPER, SERVER)) as supervisor:
        before = {name: _pid(instance, name) for name in ("postgres", "worker", "portal")}
        grandchildren = psutil.Process(before["worker"]).children()
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: all(_running_anew(instance, name, pid) for name, pid in before.items()))
        assert grandchildren
        assert not any(_runs(child) for child in grandchildren)
        assert supervisor.postgres is not None
        wait_until(lambda: _answers(supervisor))


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _running_anew(instance: Instance, name: str, before: int) -> bool:
    record = read_record(instance.run, name)
    return record is not None and record.pid != before and find_process(record) is not None


def _answers(supervisor: Supervisor) -> bool:
    assert supervisor.postgres is not None
    try:
        supervisor.postgres.ensure_databases()
    except Exception:  # Still starting.
        return False
    return True


def test_killed_up_is_repaired_by_the_next_start(instance: Instance, up: subprocess.Popen[str]) -> None:
    """The window: kill -9 of the supervisor; its children live on and hold ports and the database."""
    before = {name: _pid(instance, name) for name in ("postgres", "worker", "portal")}
    up.kill()
    up.wait()
    assert all(psutil.pid_exists(pid) for pid in before.values())
    with supervise(instance, components=(SLEEPER, SERVER)):
        assert _pid(instance, "postgres") == before["postgres"]
        for name in ("worker", "portal"):
            assert _pid(instance, name) != before[name]
            assert find_process(ProcessRecord(name, before[name], 0)) is None
    assert pids_of(instance) == set()


def test_child_started_but_not_yet_recorded_is_found_after_a_kill(
    instance: Instance, up: subprocess.Popen[str]
) -> None:
    """The window: kill -9 between the child's start and its record."""
    worker = psutil.Process(_pid(instance, "worker"))
    up.kill()
    up.wait()
    (instance.run / "worker.json").unlink()
    with Supervisor(instance, components=()):
        assert not _runs(worker)


def test_process_id_given_out_again_is_not_touched(instance: Instance) -> None:
    instance.prepare()
    with subprocess.Popen(["sleep", "100"]) as stranger:
        write_record(instance.run, ProcessRecord("worker", stranger.pid, time.time() - 86400))
        with Supervisor(instance, components=(SLEEPER,)):
            pass
        assert stranger.poll() is None
        stranger.kill()


def test_second_up_is_told_who_is_running(instance: Instance, up: subprocess.Popen[str]) -> None:
    with pytest.raises(InstanceAlreadyRunning) as caught:
        Supervisor(instance).start()
    assert f"process {up.pid}" in str(caught.value)
    assert find_process(read_record(instance.run, "worker")) is not None


def test_signal_stops_everything_within_seconds(instance: Instance, up: subprocess.Popen[str]) -> None:
    up.send_signal(signal.SIGTERM)
    assert up.wait(8) == 0
    assert pids_of(instance) == set()


def test_configured_port_in_use_names_port_and_holder(instance: Instance) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(PortInUse) as caught:
            Supervisor(instance, components=(SERVER,), ports=Ports(portal=port)).start()
        assert f"Port {port}, wanted for portal" in str(caught.value)
        assert f"process {os.getpid()}" in str(caught.value)
        with Supervisor(
            instance, components=(SERVER,), ports=Ports(portal=port), port_choice=PortChoice.NEXT_FREE
        ) as supervisor:
            assert supervisor.ports.portal != port
            assert instance.environment()["GONGKAI_BASE_URL"].endswith(f":{supervisor.ports.portal}")


def test_part_that_cannot_start_is_explained_and_the_others_are_stopped(instance: Instance) -> None:
    with pytest.raises(ComponentDidNotStart, match="the certificate is missing"):
        supervise(instance, components=(SLEEPER, BROKEN)).start()
    assert pids_of(instance) == set()
    with Supervisor(instance, components=()):
        pass
