"""One supervisor per instance: a file lock that the kernel frees when its holder dies, however it dies."""

import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from deployments.errors import InstanceAlreadyRunning


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
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, since = self._holder(descriptor)
            os.close(descriptor)
            raise InstanceAlreadyRunning(self.path.parent.parent, pid, since) from None
        started_at = datetime.fromtimestamp(psutil.Process().create_time(), UTC)
        entry = {"pid": os.getpid(), "started_at": started_at.isoformat(timespec="seconds")}
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
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._holder(descriptor)
        else:
            return None
        finally:
            os.close(descriptor)

    @staticmethod
    def _holder(descriptor: int) -> tuple[int | None, str]:
        for _ in range(10):
            try:
                entry = json.loads(os.pread(descriptor, 4096, 0))
                return int(entry["pid"]), str(entry["started_at"])
            except (ValueError, KeyError, TypeError):
                time.sleep(0.02)  # The holder has the lock but has not written its name yet.
        return None, ""
