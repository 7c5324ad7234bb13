"""Waiting for a condition with a deadline, instead of sleeping and hoping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], *, seconds: float = 120.0, what: str = "the condition") -> T:
    """The first truthy answer of ``condition``; fails, naming the last answer, when there is none in time."""
    until = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}; last answer: {answer!r}")
        time.sleep(0.02)
