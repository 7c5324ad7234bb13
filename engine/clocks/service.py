"""The clock service of a worker process: what it does again and again, and what it remembers meanwhile.

Nothing is kept but patience: which cases failed lately, and when the guard last looked. All else is rows, so
a restart, a second worker, a jump of the machine's clock or a day of downtime change only how late it is.
"""

import time
from collections.abc import Callable

import structlog

from engine.clocks.catching_up import catch_up_with_law
from engine.clocks.firing import fire_due, report_failure, seconds_to_next
from engine.clocks.guarding import guard
from engine.going_on import go_on
from engine.service import Service

log = structlog.get_logger(__name__)

LONGEST_SLEEP_SECONDS = 1.0
"""A limit in hours may be armed at any moment, and virtual time may be moved: nobody wakes us for that."""

GUARD_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 900.0


class ClockService:
    """Fires due rungs, lets cases go on that waited for others, catches up with a changed law, and sees
    that no open clock is without its rung."""

    def __init__(self, service: Service, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.service, self._monotonic = service, monotonic
        self._pauses: dict[int, tuple[float, float]] = {}  # case: (next try, pause)
        self._guarded_at: float | None = None
        self._spoilt: set[int] = set()

    def run(self) -> int:
        """One round. Returns how much was done: zero lets the loop sleep."""
        now = self._monotonic()
        waiting = [case_id for case_id, (until, _) in self._pauses.items() if until > now]
        fired = fire_due(self.service, passed_over=waiting)
        for case_id in fired.failed:
            _, pause = self._pauses.get(case_id, (now, FIRST_PAUSE_SECONDS / 2))
            self._pauses[case_id] = (now + min(pause * 2, LONGEST_PAUSE_SECONDS), pause * 2)
        if fired.rungs:
            log.info("rungs-fired", rungs=fired.rungs)
        done = fired.rungs + go_on(self.service) + catch_up_with_law(self.service, self._report_spoilt)
        if self._guarded_at is None or now - self._guarded_at >= GUARD_SECONDS:
            done += guard(self.service)
            self._guarded_at = now
        return done

    def _report_spoilt(self, case_id: int) -> None:
        """Once, as long as this process lives: it is tried again with every round."""
        if case_id not in self._spoilt:
            report_failure(self.service, case_id)
            self._spoilt.add(case_id)

    def sleep_seconds(self) -> float:
        """Until the next rung is due, but not for long."""
        return min(seconds_to_next(self.service) or LONGEST_SLEEP_SECONDS, LONGEST_SLEEP_SECONDS)
