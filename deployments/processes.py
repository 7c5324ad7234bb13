"""Child processes that outlive their supervisor: recorded, recognised, ended without hitting a stranger.

A process is ours if its id *and* its creation time match the record, or if it carries our mark in its
environment (a supervisor may be killed between starting a child and writing the record).
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

MARK = "GONGKAI_COMPONENT"
"""Environment variable ``<instance id>:<component>:`` that every child inherits to its own children."""

CLOCK_TOLERANCE_SECONDS = 2.0
"""A creation time is computed from the boot time, which moves when the wall clock is set."""

KILL_SECONDS = 5.0


@dataclass(frozen=True)
class ProcessRecord:
    """One started child, as written to ``run/<name>.json``."""

    name: str
    pid: int
    created_at: float
    port: int | None = None


def describe(name: str, pid: int, port: int | None = None) -> ProcessRecord:
    """The record of a child that has just been started (or adopted)."""
    try:
        created_at = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        created_at = 0.0  # Gone already; matches nothing.
    return ProcessRecord(name, pid, created_at, port)


def write_record(folder: Path, record: ProcessRecord) -> None:
    """Stores the record whole or not at all."""
    draft = folder / f".{record.name}.json.new"
    draft.write_text(json.dumps(asdict(record)), encoding="utf-8")
    os.replace(draft, folder / f"{record.name}.json")


def read_record(folder: Path, name: str) -> ProcessRecord | None:
    """The record of this component, or None when there is none or it makes no sense."""
    try:
        stored: Any = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return ProcessRecord(
            str(stored["name"]), int(stored["pid"]), float(stored["created_at"]), stored["port"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_process(record: ProcessRecord | None) -> psutil.Process | None:
    """The running process this record speaks of; None if it ended, even if its id was given out again."""
    if record is None:
        return None
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.created_at) < CLOCK_TOLERANCE_SECONDS
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


def find_marked(mark: str, *, besides: str = "") -> list[psutil.Process]:
    """Processes whose mark begins so; those of other accounts that we may not look into are not ours."""
    found = []
    for process in psutil.process_iter():
        try:
            theirs = process.environ().get(MARK, "")
        except (psutil.Error, OSError):
            continue
        if theirs.startswith(mark) and theirs != besides and process.pid != os.getpid():
            found.append(process)
    return found


def end_processes(
    processes: Iterable[psutil.Process], stop_signal: signal.Signals, *, grace_seconds: float
) -> None:
    """Asks to end, waits, kills what is left. psutil checks the creation time before each signal."""
    targets = list(processes)
    for process in targets:
        _send(process, stop_signal)
    resisting = _wait_until_ended(targets, grace_seconds)
    for process in resisting:
        _send(process, signal.SIGKILL)
    _wait_until_ended(resisting, KILL_SECONDS)


def _wait_until_ended(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those still running at the end. A zombie has ended: in a container nobody may ever reap an orphan."""
    until = time.monotonic() + seconds
    while (processes := [p for p in processes if _runs(p)]) and time.monotonic() < until:
        time.sleep(0.01)
    return processes


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def end_child(child: subprocess.Popen[bytes], stop_signal: signal.Signals, *, grace_seconds: float) -> None:
    """The same for a child of our own, which is reaped as well."""
    if child.poll() is not None:
        return
    child.send_signal(stop_signal)
    try:
        child.wait(grace_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(10)
