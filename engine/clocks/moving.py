"""A time limit brought to the law and the acts of the moment, and told of where that moved it."""

from typing import Any

from engine.clocks.keeping import rereckon
from engine.clocks.telling import tell_moved
from engine.work import Work

LAW = "law"
RESUMED = "resumed"


def move_clock(work: Work, clock: Any, why: str) -> bool:
    """Reckon a clock again, and tell where its date moved. Returns whether it did.

    Args:
        why: ``LAW`` (days off or a number are others now), ``RESUMED``, or the kind of act that was granted.
    """
    if rereckon(work, clock, why) is None:
        return False
    tell_moved(work, clock)
    return True
