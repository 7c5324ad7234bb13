"""A sign of life: a file a program touches from its event loop, watched by whoever keeps the program running.

That a process exists says nothing: a loop that hangs executes, shows and sends nothing, for ever.
"""

import asyncio
import time
from pathlib import Path

import structlog

BEAT_VARIABLE = "GONGKAI_BEAT"
"""Names the file, in the environment of a program whose beat is watched."""

EVERY_SECONDS = 5.0
LONGEST_SILENCE_SECONDS = 60.0

log = structlog.get_logger(__name__)


async def beat_for_ever(file: Path) -> None:
    """Touch the file again and again. Runs in the loop whose health it tells of, in no thread."""
    while True:
        _beat(file)
        await asyncio.sleep(EVERY_SECONDS)


def _beat(file: Path) -> None:
    try:
        file.touch(mode=0o600)
    except OSError as error:
        log.warning("no-beat", error=type(error).__name__)


class Heartbeat:
    """What the watcher has seen of a file. Counts its own seconds: the wall clock may be set."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._seen: int | None = None
        self._changed_at = 0.0

    def forget(self) -> None:
        """A new program has not beaten yet."""
        self.file.unlink(missing_ok=True)
        self._seen = None

    def is_recent(self) -> bool:
        """Whether there was a first beat, and the last look that saw a new one is not long ago."""
        try:
            beaten = self.file.stat().st_mtime_ns
        except OSError:
            return False
        if beaten != self._seen:
            self._seen, self._changed_at = beaten, time.monotonic()
        return time.monotonic() - self._changed_at < LONGEST_SILENCE_SECONDS
