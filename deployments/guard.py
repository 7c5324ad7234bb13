"""Keeps one part alive: starts it again when it dies, and when it lives but no longer works."""

import threading
import time
from collections.abc import Callable

from deployments.components import Part

TICK_SECONDS = 0.25
HEALTH_EVERY_SECONDS = 2.0
BAD_SECONDS = 10.0
"""So long a part may fail to answer, for instance while PostgreSQL recovers, before it is started again."""

START_GRACE_SECONDS = 60.0
"""So long a part that was just started may take until its first good answer."""

LONGEST_PAUSE_SECONDS = 10.0
SETTLED_SECONDS = 30.0
"""After so long a life the next death is a new trouble, not the old one."""


class Guard(threading.Thread):
    """One thread per part, so that a slow answer of one does not keep another from being started."""

    def __init__(self, part: Part, stopping: threading.Event, tell: Callable[[str], None]) -> None:
        super().__init__(name=f"guard-{part.name}", daemon=True)
        self.part, self.stopping, self.tell = part, stopping, tell
        self._failures = 0
        self._started_at = time.monotonic()
        self._next_check_at = self._started_at + HEALTH_EVERY_SECONDS
        self._bad_since: float | None = None
        self._was_healthy = True

    def run(self) -> None:
        """Until told to stop. An error here is told and tried again: a dead guard would guard nothing."""
        while not self.stopping.wait(TICK_SECONDS):
            try:
                self._look(time.monotonic())
            except Exception as error:  # Whatever it is, the next look may go better.
                self._failures += 1
                self.tell(f"{self.part.name} could not be started again yet: {error}")
                self._pause()

    def _look(self, now: float) -> None:
        if not self.part.is_alive():
            self._start_again("has ended", now)
        elif now >= self._next_check_at:
            self._next_check_at = now + HEALTH_EVERY_SECONDS
            self._check(now)

    def _check(self, now: float) -> None:
        if self.part.is_healthy():
            self._bad_since, self._was_healthy = None, True
            return
        self._bad_since = self._bad_since or now
        patience = BAD_SECONDS if self._was_healthy else START_GRACE_SECONDS
        if now - self._bad_since >= patience:
            self._start_again(f"has not answered for {patience:.0f} s", now)

    def _start_again(self, why: str, now: float) -> None:
        if now - self._started_at > SETTLED_SECONDS:
            self._failures = 0
        if self._failures:
            self._pause()
        if self.stopping.is_set():
            return
        self.part.repair()
        self.part.stop()
        self.part.start()
        self._failures += 1
        self._started_at = time.monotonic()
        self._bad_since, self._was_healthy = None, False
        self._next_check_at = self._started_at + HEALTH_EVERY_SECONDS
        self.tell(f"{self.part.name} {why} and was started again")

    def _pause(self) -> None:
        self.stopping.wait(min(0.1 * 2**self._failures, LONGEST_PAUSE_SECONDS))
