"""``up`` and ``demo`` as processes of their own: they start, answer, stop, and leave nothing behind."""

import contextlib
import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from deployments.commands.exits import Code
from deployments.demo_leftovers import clear_leftovers
from deployments.instance import Instance
from deployments.migrating import bring_up_to_date
from deployments.postgres import EmbeddedPostgres
from deployments.processes import MARK
from deployments.samples import BUREAU
from deployments.status import read_status
from tests.cli.conftest import ROOT, subprocess_run
from tests.conftest import clean_environment
from tests.free_ports import free_ports
from tests.waiting import wait_until

ENTRY = "from deployments.cli import main; main()"


def start(arguments: list[str], environment: dict[str, str], cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ENTRY, *arguments],
        env={**environment, "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def left_running_below(folder: Path) -> list[int]:
    """Processes that still belong to an installation in this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            theirs = process.environ()
        except (psutil.Error, OSError):
            continue
        if MARK in theirs and Path(theirs.get("GONGKAI_HOME", "")).is_relative_to(folder):
            found.append(process.pid)
    return found


# --- what needs no server --------------------------------------------------------------------


def test_a_home_that_cannot_be_written_is_invalid_input_in_words(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("no folder")
    done = subprocess_run(
        ["up"], clean_environment() | {"GONGKAI_HOME": str(occupied / "home")}, cwd=tmp_path
    )
    assert done.returncode == Code.INVALID
    said = done.stderr.decode()
    assert "实例目录无法写入" in said
    assert "GONGKAI_HOME" in said


def test_damaged_secrets_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    environment = clean_environment() | {"GONGKAI_HOME": str(tmp_path)}
    for command in (["up"], ["inbox", "--as", "zhang.wei"]):
        done = subprocess_run(command, environment, cwd=tmp_path)
        assert done.returncode == Code.BROKEN
        assert "密钥文件损坏" in done.stderr.decode()
    assert (tmp_path / "secrets.json").read_text() == "{"


# --- the real thing --------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Where an installation may be started; its database is removed afterwards."""
    path = tmp_path / "home"
    yield path
    if (path / "secrets.json").exists():
        EmbeddedPostgres(Instance(path, environ=clean_environment())).destroy()


@pytest.mark.long
@pytest.mark.timeout(300)
def test_up_runs_everything_until_it_is_told_to_stop(home: Path, tmp_path: Path) -> None:
    environment = clean_environment() | {"GONGKAI_HOME": str(home)}
    chosen = free_ports()
    ports = ["--prefect-port", str(chosen.prefect), "--portal-port", str(chosen.portal)]
    process = start(["up", *ports], environment, tmp_path)
    try:
        here = Instance(home, environ=environment)
        wait_until(
            lambda: (home / "run").exists() and all(part.running for part in read_status(here)),
            seconds=120,
            what="every part",
        )
        again = subprocess_run(["up", *ports], environment, cwd=tmp_path)
        assert again.returncode == Code.CONFLICT
        assert str(process.pid) in again.stderr.decode()
        wait_until(
            lambda: subprocess_run(["doctor", "--json"], environment, cwd=tmp_path).returncode == 0,
            seconds=60,
            what="a healthy doctor",
        )
        status = json.loads(subprocess_run(["status", "--json"], environment, cwd=tmp_path).stdout)
        assert {part["name"] for part in status["components"] if part["running"]} == {
            "supervisor",
            "postgres",
            "prefect",
            "worker",
            "portal",
        }
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert not any(part.running for part in read_status(here))
    stopped = subprocess_run(["status"], environment, cwd=tmp_path)
    assert stopped.returncode == Code.UNAVAILABLE
    assert "gongkai up" in stopped.stderr.decode()


@pytest.mark.long
@pytest.mark.timeout(300)
def test_virtual_time_is_moved_from_another_terminal_and_outlives_a_start_that_does_not_ask_for_it(
    home: Path, tmp_path: Path
) -> None:
    environment = clean_environment() | {"GONGKAI_HOME": str(home)}
    chosen = free_ports()
    ports = ["--prefect-port", str(chosen.prefect), "--portal-port", str(chosen.portal)]

    def clock(*arguments: str) -> str:
        return subprocess_run(["clock", *arguments], environment, cwd=tmp_path).stdout.decode()

    def page() -> str:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{chosen.portal}/sign-in", trust_env=False).text
        return ""

    year = datetime.now(UTC).year + 1
    for asked in (["--virtual-time"], []):
        process = start(["up", *ports, *asked], environment, tmp_path)
        try:
            wait_until(lambda: "虚拟时间" in page(), seconds=120, what="the portal")
            if asked:
                assert f"{year}-12-21 09:00" in clock("advance", "--to", f"{year}-12-21T09:00")
            assert f"虚拟时间 {year}-12-21" in page()
            assert f"虚拟时间：{year}-12-21" in clock("show")
        finally:
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert "! 虚拟时间" in said, "said at every start"


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_real_installation_is_not_started_in_virtual_time(home: Path, tmp_path: Path) -> None:
    environment = clean_environment() | {"GONGKAI_HOME": str(home)}
    here = Instance(home, environ=environment)
    here.prepare()
    server = EmbeddedPostgres(here)
    server.start()
    try:
        bring_up_to_date(here.environment())
        done = subprocess_run(["people", "import", str(BUREAU)], environment, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    finally:
        server.stop()
    chosen = free_ports()
    ports = ["--prefect-port", str(chosen.prefect), "--portal-port", str(chosen.portal)]
    refused = subprocess_run(["up", "--virtual-time", *ports], environment, cwd=tmp_path)
    assert refused.returncode == Code.CONFLICT
    assert "按真实时间运行" in refused.stderr.decode()
    assert not any(part.running for part in read_status(here))


@pytest.mark.long
@pytest.mark.timeout(300)
def test_demo_once_walks_zd_01_whole_and_leaves_nothing(tmp_path: Path) -> None:
    environment = clean_environment() | {"TMPDIR": str(tmp_path), "GONGKAI_WEBSITE": "by-hand"}
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, "demo", "--once"],
        env={**environment, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        timeout=280,
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == 0, err
    assert "GONGKAI_*" in err, "settings that a demonstration does not heed are mentioned"
    for word in ("办结", "网站公开", "COMPLETED", "与签发文稿一致", "全部不变量成立", "gao.yun"):
        assert word in out
    assert len(re.findall(r"\d+ ms", out)) == 9, "one request per decision"
    assert list(tmp_path.glob("gongkai-demo-*")) == []
    assert left_running_below(tmp_path) == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_ctrl_c_during_the_demonstration_stops_and_removes_everything(tmp_path: Path) -> None:
    process = start(["demo", "--once"], clean_environment() | {"TMPDIR": str(tmp_path)}, tmp_path)
    begun = tmp_path.glob
    wait_until(lambda: list(begun("gongkai-demo-*/run/prefect.json")), seconds=60, what="prefect")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == Code.INTERRUPTED, said
    assert list(tmp_path.glob("gongkai-demo-*")) == []
    assert left_running_below(tmp_path) == []


@pytest.mark.timeout(120)
def test_next_demonstration_removes_what_a_killed_one_left_and_spares_one_that_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window: kill -9 of ``demo`` while its parts run; nobody else would ever stop them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    living = Instance(tmp_path / "gongkai-demo-living", environ=clean_environment())
    living.prepare()
    held = living.lock
    held.acquire()
    process = start(["demo", "--once"], clean_environment() | {"TMPDIR": str(tmp_path)}, tmp_path)
    wait_until(lambda: list(tmp_path.glob("gongkai-demo-*/run/prefect.json")), seconds=60, what="prefect")
    process.kill()
    process.communicate(timeout=10)
    (home,) = set(tmp_path.glob("gongkai-demo-*")) - {living.home}
    cluster = Instance(home, environ={}).cluster.folder
    assert left_running_below(tmp_path)
    clear_leftovers(lambda _: None)
    assert left_running_below(tmp_path) == []
    assert not home.exists()
    assert not cluster.exists()
    assert living.home.exists()
    held.release()
