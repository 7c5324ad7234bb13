"""``gongkai demo``, the README's first command: a bureau to visit, which survives kill -9 and Ctrl-C."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from deployments.commands.exits import Code
from deployments.demo_cases import read_demo_cases
from deployments.demo_state import start_over
from deployments.instance import Instance
from deployments.ports import Ports
from rules.time import system_time
from tests.conftest import clean_environment
from tests.free_ports import free_ports
from tests.waiting import wait_until

COUNTED = ("case_link", "cases", "decision", "document_version", "register_entry", "person")


class Demo:
    """The command as a process; what it prints is in files."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self.home = folder / "home"
        self.out, self.err = folder / "out", folder / "err"
        command = [str(Path(sys.executable).with_name("gongkai")), "demo", "--home", str(self.home)]
        command += ["--prefect-port", str(ports.prefect), "--portal-port", str(ports.portal)]
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                [*command, "--json"],
                env=clean_environment() | {"LANG": "C.UTF-8"},
                cwd=folder,
                stdout=out,
                stderr=err,
            )

    def visit(self) -> dict[str, Any]:
        """What it says once it is ready."""
        wait_until(lambda: _document(self.out) or self.process.poll() is not None, seconds=200)
        assert self.process.poll() is None, self.err.read_text()
        return dict(_document(self.out))

    def got_to(self, words: str) -> bool:
        """Whether it has told of this; it must live meanwhile."""
        assert self.process.poll() is None, self.err.read_text()
        return words in self.err.read_text()

    def interrupt(self) -> int:
        """Ctrl-C; gives the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def counts(self) -> dict[str, int]:
        """Rows of the tables in which a doubling would show."""
        here = Instance(self.home, environ=clean_environment())
        url = here.environment()["GONGKAI_OWNER_DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            counted = ((name, connection.execute(f"SELECT count(*) FROM {name}")) for name in COUNTED)
            return {name: rows.fetchone()[0] for name, rows in counted}  # type: ignore[index]


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except ValueError:
        return None


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    """Starts the demonstration of this test; its parts and its data are removed afterwards."""
    started: list[Demo] = []
    ports = free_ports()

    def again() -> Demo:
        started.append(Demo(tmp_path, ports))
        return started[-1]

    yield again
    for demo in started:
        demo.process.kill()
        demo.process.wait(10)
    start_over(Instance(tmp_path / "home", environ=clean_environment()))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_killed_demonstration_is_finished_by_the_next_start_and_kept_data_are_never_doubled(
    start: Callable[[], Demo],
) -> None:
    """Windows: kill -9 while the cases are walked; Ctrl-C when ready; a start over kept data."""
    expected = read_demo_cases(system_time())
    killed = start()
    wait_until(lambda: killed.got_to(f" 6/{len(expected)}"), seconds=200, what="six cases in place")
    killed.process.kill()
    killed.process.wait(10)

    first = start()
    visit = first.visit()
    assert len(visit["cases"]) == len(expected)
    assert {case.sample.id: case.stands_at(_case(visit, case.sample.id)) for case in expected} == {
        case.sample.id: True for case in expected
    }
    counted = first.counts()
    assert counted["cases"] == len(expected) + counted["case_link"]  # each case another opened has one link
    assert (stat.S_IMODE(os.stat(first.home / "demo.json").st_mode)) == 0o600
    assert first.interrupt() == Code.OK

    again = start()
    assert again.visit() == visit, "the same addresses, password, to-dos and cases"
    assert again.counts() == counted
    assert again.interrupt() == Code.OK


def _case(visit: dict[str, Any], sample_id: str) -> dict[str, Any]:
    """The case as the administrator is told of it, signed in with what was printed."""
    with httpx.Client(base_url=f"{visit['portal']}/api/v1", trust_env=False, timeout=20) as http:
        opened = http.post("/session", json={"username": "lin.xue", "password": visit["password"]})
        assert opened.status_code == 201, opened.text
        return dict(http.get(f"/cases/{visit['cases'][sample_id]}").json())
