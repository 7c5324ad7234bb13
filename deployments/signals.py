"""Signals that ask a program to end, handled for a while."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

STOPPING_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextlib.contextmanager
def handling(action: Callable[[], None]) -> Iterator[None]:
    """Calls this on a stopping signal; in any thread but the main one signals are not ours to handle."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        action()

    before = {number: signal.signal(number, handle) for number in STOPPING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def signals_as_exit() -> Iterator[None]:
    """Turns a stopping signal into SystemExit, so that a ``with Supervisor(…)`` block stops its parts."""

    def leave() -> None:
        raise SystemExit(128 + signal.SIGTERM)

    with handling(leave):
        yield
