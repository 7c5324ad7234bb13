"""Telling open pages that something changed: one look at the database a second for all of them together.

Deciding does nothing for this: it stays on its handful of statements.
"""

import asyncio
from collections.abc import AsyncIterator

from anyio import to_thread
from fastapi import Request
from fastapi.responses import StreamingResponse
from sqlalchemy import text

from engine.service import Service

LOOK_SECONDS = 1.0
SILENT_LOOKS = 15
"""Looks without news after which a sign of life is sent, so that nothing on the way closes the connection."""

LONGEST_SECONDS = 600
"""Then the browser connects anew, and its session is looked at again."""

_MARK = text(
    "SELECT (SELECT max(id) FROM assignment), (SELECT max(id) FROM decision), (SELECT max(id) FROM rung),"
    " (SELECT max(closed_at) FROM assignment WHERE step_id IS NULL),"
    " (SELECT ahead FROM virtual_time)"
)
"""A rung is new whenever a limit started, pressed or moved; what is no step's closes without a decision."""


class Changes:
    """Where the installation stands, looked at while anybody listens."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._mark: object = None
        self._news = asyncio.Condition()
        self._looking: asyncio.Task[None] | None = None
        self._listeners = 0

    async def listen(self) -> AsyncIterator[bool]:
        """Yields ``True`` after a change, ``False`` as a sign of life."""
        self._listeners += 1
        try:
            if self._looking is None or self._looking.done():
                self._mark = await to_thread.run_sync(self._look)
                self._looking = asyncio.create_task(self._watch())
            until = asyncio.get_running_loop().time() + LONGEST_SECONDS
            while asyncio.get_running_loop().time() < until:
                yield await self._next()
        finally:
            self._listeners -= 1

    async def _next(self) -> bool:
        before = self._mark
        try:
            async with self._news, asyncio.timeout(LOOK_SECONDS * SILENT_LOOKS):
                await self._news.wait_for(lambda: self._mark != before)
        except TimeoutError:
            return False
        return True

    async def _watch(self) -> None:
        while self._listeners:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                mark = await to_thread.run_sync(self._look)
            except Exception:  # noqa: S112  the database is away for a moment: look again
                continue
            async with self._news:
                self._mark = mark
                self._news.notify_all()

    def _look(self) -> object:
        with self.service.read() as connection:
            return tuple(connection.execute(_MARK).one())


def stream(request: Request) -> StreamingResponse:
    """The events of a page."""
    changes: Changes = request.app.state.changes

    async def events() -> AsyncIterator[str]:
        yield "retry: 3000\n\n"
        async for changed in changes.listen():
            yield "event: changed\ndata: \n\n" if changed else ": \n\n"

    return StreamingResponse(events(), media_type="text/event-stream")
