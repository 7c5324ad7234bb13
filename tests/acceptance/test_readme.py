"""The README's ``gongkai`` commands are run here as written; who runs the make targets it names is said.

Nothing here calls make: that would run this suite within itself.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import clean_environment
from tests.free_ports import free_ports
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
FOREVER = {"gongkai up"}  # started by the fixture, which keeps it running meanwhile
BY_MAKE = re.compile(r"^make (?P<target>[a-z-]+)")
NAMED = re.compile(r"(?:^|`)make (?P<target>[a-z-]+)", flags=re.M)
RUN_BY = {
    "demo": "tests/acceptance/test_demo.py",  # it stays until Ctrl-C: the test presses it
    "demo-once": ".ci/run",
    "demo-all": "tests/acceptance/test_demo_all.py",
    "demo-deadlines": ".ci/run",
    "test": ".ci/run",
    "test-kill": ".ci/run",
    "test-seeded-bugs": ".ci/run",
    "bench": "tests/benchmarks/test_quick.py",  # in small: the whole takes minutes and wants a quiet machine
}
"""Who runs the make targets the READMEs name."""


def commands(page: str) -> list[str]:
    """The lines of a page's console blocks, without comments."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / page).read_text(), flags=re.S)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and line != ". .venv/bin/activate"]


def targets_named(page: str) -> set[str]:
    """Every ``make …`` of a page, in its console blocks and in its sentences."""
    return {match["target"] for match in NAMED.finditer((ROOT / page).read_text())}


def ci_lines() -> list[str]:
    """What runs on every change."""
    return (ROOT / ".ci" / "run").read_text().splitlines()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """``gongkai up`` as the page says, in a home of its own; gives the environment of the other terminal."""
    home = tmp_path_factory.mktemp("readme") / "home"
    bin_folder = str(Path(sys.executable).parent)
    environment = clean_environment() | {
        "GONGKAI_HOME": str(home),
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
    }
    chosen = free_ports()
    ports = ["--prefect-port", str(chosen.prefect), "--portal-port", str(chosen.portal)]
    log = home.parent / "up.log"
    with log.open("w") as out:
        up = subprocess.Popen(["gongkai", "up", *ports], env=environment, stdout=out, stderr=out, cwd=ROOT)
    try:
        wait_until(lambda: "Ctrl-C" in log.read_text() or up.poll() is not None, seconds=150)
        assert up.poll() is None, log.read_text()
        yield environment
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)


def test_pages_show_the_same_commands() -> None:
    assert commands(READMES[0]) == commands(READMES[1])


@pytest.mark.timeout(400)
def test_every_command_of_the_readme_works_as_written(running: dict[str, str]) -> None:
    year = datetime.now(ZoneInfo("Asia/Shanghai")).year
    for line in commands("README.md"):
        if line in FOREVER or BY_MAKE.match(line):
            continue
        asked = line.replace("ZD-2026-", f"ZD-{year}-")  # the page shows the year it was written in
        ran = subprocess.run(
            ["bash", "-c", asked], env=running, cwd=ROOT, capture_output=True, text=True, timeout=90
        )
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md"])
def test_every_make_target_named_exists(page: str) -> None:
    named = targets_named(page)
    assert named
    defined = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    assert named <= defined


def test_every_make_target_the_readmes_name_is_run_by_someone() -> None:
    assert set().union(*map(targets_named, READMES)) == RUN_BY.keys()
    on_every_change = {line.split()[1] for line in ci_lines() if line.startswith("make ")}
    assert {target for target, runner in RUN_BY.items() if runner == ".ci/run"} <= on_every_change
    demo = (ROOT / RUN_BY["demo"]).read_text()
    assert '"demo"' in demo
    made = "$(BIN)/gongkai demo $(if $(FRESH),--fresh) $(if $(VIRTUAL),--virtual-time)\n"
    assert made in (ROOT / "Makefile").read_text()
    bench = (ROOT / RUN_BY["bench"]).read_text()
    assert '"-m", "benchmarks"' in bench
    assert "test-bench" in on_every_change
    assert "$(BIN)/python -m benchmarks\n" in (ROOT / "Makefile").read_text()


@pytest.mark.timeout(400)
def test_demo_deadlines_goes_from_due_soon_to_escalated_in_portal_and_prefect_and_is_met_late(
    tmp_path: Path,
) -> None:
    environment = clean_environment() | {"TMPDIR": str(tmp_path), "LANG": "C.UTF-8"}
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("gongkai")), "demo", "--deadlines", "--json"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    told = json.loads(ran.stdout)
    states = ["due-soon", "overdue", "escalated", "escalated", "escalated"]
    assert [each["state"] for each in told["seen"]] == states
    assert [each["tags"] for each in told["seen"]] == [[state] for state in states]
    assert [len(each["asked"]) for each in told["seen"]] == [0, 0, 1, 1, 2]
    assert any("met late" in row["状态 State"] for row in told["prefect"])
    assert told["explained"]["zh"][0].startswith("截止：")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(400)
def test_demo_once_reports_a_published_case_as_json_and_leaves_nothing_running(tmp_path: Path) -> None:
    environment = clean_environment() | {"TMPDIR": str(tmp_path), "LANG": "C.UTF-8"}
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("gongkai")), "demo", "--once", "--json"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=380,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    report = json.loads(ran.stdout)
    assert report["outcome"] == "办结"
    checks = {check["check"]: check["en"] for check in report["checks"]}
    assert "COMPLETED" in checks["prefect"]
    assert checks.keys() >= {"public-register", "ledger", "doctor", "messages"}
    steps = {step["step"]["key"]: step for step in report["timeline"]}
    assert steps["signature"]["username"] == "he.jun"
    assert steps["signature"]["request_milliseconds"] > 0
    assert steps["publication"]["action"] is None
    left = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True)
    assert left.stdout == ""
    assert list(tmp_path.iterdir()) == []
