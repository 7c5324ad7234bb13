"""Sign-ins waiting for their password to be checked: a short line, and room for more than one visitor in it.

Checking takes 64 MB and some hundredths of a second, so few are checked at once. The line is bounded: who
comes when it is full is told at once when to come again, instead of waiting behind everybody's guesses.
"""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from portal.errors import SignInCrowded

LONGEST_LINE = 24
"""Sign-ins checked or waiting; a single network fills half of it at most."""

RETRY_SECONDS = 3

T = TypeVar("T")


class SignInLine:
    """One line. Sign-ins wait here without holding the threads of other requests."""

    def __init__(self, at_once: int) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._waiting: Counter[str] = Counter()

    async def take(self, network: str, work: Callable[[], T]) -> T:
        """Do the work when its turn comes.

        Raises:
            SignInCrowded: the line, or this network's share of it, is full.
        """
        if self._waiting.total() >= LONGEST_LINE or self._waiting[network] >= LONGEST_LINE // 2:
            raise SignInCrowded(where="session", seconds=RETRY_SECONDS)
        self._waiting[network] += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._waiting -= Counter([network])  # also drops a network nobody waits from


class SignInLines:
    """Browsers that are known have a line of their own: strangers cannot keep them out."""

    def __init__(self) -> None:
        self.strangers, self.known = SignInLine(at_once=2), SignInLine(at_once=1)
