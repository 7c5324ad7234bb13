"""One supervisor per instance: a file lock that the kernel frees when its holder dies, however it dies."""

import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from deployments.errors import InstanceAlreadyRunning
from deployments.processes import CLOCK_TOLERANCE_SECONDS

PATIENCE_SECONDS = 0.5
"""So long a lock without a known holder is taken for someone who merely asks."""

PAUSE_SECONDS = 0.02
UNKNOWN: tuple[None, str] = (None, "")


class InstanceLock:
    """Held from before the first child is started until after the last one has ended.

    Children do not inherit the descriptor, so a killed supervisor leaves the lock free although they live on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Takes the lock at once or says who has it.

        Raises:
            InstanceAlreadyRunning: with the holder's process id and start time.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + PATIENCE_SECONDS
        while not _try_lock(descriptor, fcntl.LOCK_EX):
            holder = _read_holder(descriptor)
            if holder is not None or time.monotonic() > until:
                os.close(descriptor)
                raise InstanceAlreadyRunning(self.path.parent.parent, *(holder or UNKNOWN))
            time.sleep(PAUSE_SECONDS)  # someone who asks holds it shared for an instant
        entry = {"pid": os.getpid(), "started_at": _started_at().isoformat(timespec="seconds")}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(entry).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Frees the lock; the file stays, or two starts could lock two different files."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> tuple[int | None, str] | None:
        """Process id and start time of the supervisor, or None when there is none."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            until = time.monotonic() + PATIENCE_SECONDS
            while not _try_lock(descriptor, fcntl.LOCK_SH):
                holder = _read_holder(descriptor)
                if holder is not None or time.monotonic() > until:
                    return holder or UNKNOWN
                time.sleep(PAUSE_SECONDS)  # the holder has the lock but has not written its name yet
            return None
        finally:
            os.close(descriptor)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_holder(descriptor: int) -> tuple[int, str] | None:
    """Who wrote its name, if it still runs: a killed supervisor leaves its own behind."""
    try:
        entry = json.loads(os.pread(descriptor, 4096, 0))
        pid, told = int(entry["pid"]), datetime.fromisoformat(entry["started_at"])
        apart = abs((_started_at(pid) - told).total_seconds())
        return (pid, entry["started_at"]) if apart < CLOCK_TOLERANCE_SECONDS else None
    except (ValueError, KeyError, TypeError, psutil.Error):
        return None


def _started_at(pid: int | None = None) -> datetime:
    return datetime.fromtimestamp(psutil.Process(pid).create_time(), UTC)
