"""A log that tells the truth after a crash: one JSON line per event, on disk before the event counts."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any


class DurableLog:
    """Appends events. ``at`` is the machine's monotonic clock, the same for every process on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = path.open("ab")

    def write(self, event: str, **facts: Any) -> float:
        """Store one event; returns its instant. It is on disk when this returns."""
        with self._lock:
            at = time.monotonic()
            line = json.dumps({"at": at, "event": event, **facts}, ensure_ascii=False)
            self._file.write(line.encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        return at


def read_log(path: Path) -> list[dict[str, Any]]:
    """All events, oldest first; a last line cut short by a kill is none."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines]
