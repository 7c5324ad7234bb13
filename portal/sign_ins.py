"""Sign-ins waiting for their password to be checked: a short line, and room for more than one visitor in it.

Checking takes 64 MB and some hundredths of a second, so few are checked at once. The line is bounded: who
comes when it is full is told at once when to come again, instead of waiting behind everybody's guesses.
"""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response

from engine.acts import access
from engine.acts.access import SignedIn
from engine.service import Service
from portal.caller import cookie_name, give_cookie
from portal.errors import SignInCrowded
from portal.visitor import give_device_cookie, visitor_of

LONGEST_LINE = 24
"""Sign-ins checked or waiting; a single network fills half of it at most."""

RETRY_SECONDS = 3

T = TypeVar("T")
AnyResponse = TypeVar("AnyResponse", bound=Response)


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


async def sign_in_visitor(request: Request, username: str, password: str) -> SignedIn:
    """Check a password when its turn comes, and open a session. Whatever session the browser came with ends.

    Raises:
        WrongCredentials, TooManyAttempts, SignInCrowded.
    """
    service: Service = request.app.state.service
    lines: SignInLines = request.app.state.sign_ins
    before, visitor = request.cookies.get(cookie_name(service)), visitor_of(request)
    known = await to_thread.run_sync(access.is_known_browser, service, username, visitor)
    return await (lines.known if known else lines.strangers).take(
        visitor.network,
        lambda: access.sign_in(service, username, password, replaces=before, visitor=visitor),
    )


def let_in(response: AnyResponse, request: Request, signed_in: SignedIn) -> AnyResponse:
    """Hand the session to the browser, and let it be known next time."""
    service: Service = request.app.state.service
    give_cookie(response, service, signed_in)
    give_device_cookie(response, service, signed_in)
    return response
