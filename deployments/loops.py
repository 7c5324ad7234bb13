"""A loop that survives whatever its work raises, ever more patiently."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from rules.faults import told

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 10.0


async def forever(
    name: str,
    work: Callable[[], Awaitable[int]],
    *,
    every_seconds: float,
    limit_seconds: float = 60.0,
) -> None:
    """Repeat ``work``; at once again while it says that it did something, else after a pause.

    One round may last ``limit_seconds``: a server that accepts and never answers must not stop the loop.
    """
    failures = 0
    while True:
        try:
            async with asyncio.timeout(limit_seconds):
                done = await work()
            if failures:
                log.info("loop-works-again", loop=name)
            failures = 0
        except Exception as error:  # logged, and tried again
            failures += 1
            done = 0
            log.warning("loop-failed", loop=name, failures=failures, **told(error))
        if failures:
            await asyncio.sleep(min(0.25 * 2 ** min(failures, 8), LONGEST_PAUSE_SECONDS))
        elif not done:
            await asyncio.sleep(every_seconds)
