"""A body that comes in drops is broken off: it would hold a connection as long as it likes."""

from anyio import current_time, fail_after
from starlette.types import Message, Receive

from portal.errors import BodyTooSlow

LEAST_BYTES = 1 << 18
"""So much has to come while the server waits its patience out, or the end of the body."""


class Patient:
    """The body of one request. Only waiting counts, not what the server does with a piece meanwhile."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self.late = False
        self._receive, self._seconds, self._ended = receive, seconds, False
        self._left, self._wanted = seconds, LEAST_BYTES

    async def __call__(self) -> Message:
        if self._ended:  # what comes after the body is the connection's end: it may take its time
            return await self._receive()
        began = current_time()
        try:
            with fail_after(self._left):
                message = await self._receive()
        except TimeoutError:
            raise self._too_slow() from None
        self._left -= current_time() - began
        self._wanted -= len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self._wanted <= 0:
            self._left, self._wanted = self._seconds, LEAST_BYTES
        elif self._left <= 0 and not self._ended:
            raise self._too_slow()
        return message

    def _too_slow(self) -> BodyTooSlow:
        self.late = True
        return BodyTooSlow(where="body", seconds=f"{self._seconds:g}")
