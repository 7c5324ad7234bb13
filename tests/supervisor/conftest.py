import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from deployments.credentials import write_private
from deployments.instance import Instance
from deployments.postgres import EmbeddedPostgres
from deployments.processes import end_processes, find_marked
from tests.supervisor.stubs import UP, clean_environment


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A stopped installation to copy from: initdb once for all tests that do not test it."""
    made = Instance(tmp_path_factory.mktemp("pattern") / "home", environ=clean_environment())
    made.prepare()
    server = EmbeddedPostgres(made)
    try:
        server.start()
        server.stop()
        yield made
    finally:
        server.destroy()


@pytest.fixture
def instance(new_instance: Instance, pattern: Instance) -> Instance:
    """An installation whose database has been created, and stopped."""
    stored = asdict(pattern.credentials) | {"instance_id": secrets.token_hex(6)}
    new_instance.home.mkdir(mode=0o700)
    write_private(new_instance.home / "secrets.json", json.dumps(stored))
    new_instance.prepare()
    new_instance.cluster.create_folders()
    subprocess.run(["cp", "-a", pattern.cluster.data, new_instance.cluster.folder], check=True)
    return new_instance


@pytest.fixture
def new_instance(tmp_path: Path) -> Iterator[Instance]:
    """An installation in a private folder, not yet created; its database is deleted afterwards."""
    made = Instance(tmp_path / "home", environ=clean_environment())
    yield made
    if (made.home / "secrets.json").exists():
        saved = Instance(made.home, environ=clean_environment())
        end_processes(
            find_marked(saved.mark(), besides=saved.mark("postgres")), signal.SIGKILL, grace_seconds=1
        )
        EmbeddedPostgres(saved).destroy()


@pytest.fixture
def postgres(instance: Instance) -> EmbeddedPostgres:
    """A running database server of that installation."""
    instance.prepare()
    server = EmbeddedPostgres(instance)
    server.start()
    return server


@pytest.fixture
def up(instance: Instance) -> Iterator[subprocess.Popen[str]]:
    """A supervisor as a process of its own, everything running."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", UP, instance.home],
        env=clean_environment() | {"PYTHONPATH": os.pathsep.join([str(root), *filter(None, sys.path)])},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Everything is running" in line:
            break
    assert process.poll() is None
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Fails when this does not come true in time."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def pids_of(instance: Instance) -> set[int]:
    """Every process that belongs to the installation, database backends included."""
    marked = {process.pid for process in find_marked(instance.mark())}
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and process.cwd() == os.fspath(instance.cluster.data):
                marked.add(process.pid)
        except psutil.Error:
            continue
    return marked
