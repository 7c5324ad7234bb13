"""Files through HTTP, on their way in: received in pieces, never held whole."""

import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from anyio import to_thread
from starlette.requests import Request
from starlette.types import Message

from engine.files.kinds import MAX_FILE_BYTES
from portal.errors import RequestTooLarge, UploadsAtOnce
from portal.patience import Patient

MAX_AT_ONCE = 3
"""Uploads of one person under way at the same time."""
_WRITTEN_AT_ONCE = 1 << 20
_TAKES_FILE = re.compile(r"/api/v1/assignments/[0-9]{1,16}/uploads")


def takes_file(method: str, path: str) -> bool:
    """Whether the body of this request is a file."""
    return method == "PUT" and _TAKES_FILE.fullmatch(path) is not None


class Metered:
    """A request's body in pieces, refused as soon as it is, or says it is, too large, or comes too slowly."""

    def __init__(self, receive: Patient, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.receive, self.size, self.exceeded = receive, 0, False
        declared = dict(headers).get(b"content-length", b"0")
        self._declared = int(declared) if declared.isdigit() else 0

    @property
    def broken_off(self) -> bool:
        """Whether the rest is never read."""
        return self.exceeded or self.receive.late

    async def __call__(self) -> Message:
        message = await self.receive()
        self.size += len(message.get("body", b""))
        if max(self.size, self._declared) > MAX_FILE_BYTES:
            self.exceeded = True
            raise RequestTooLarge(where="body", limit=f"{MAX_FILE_BYTES // 10**6} MB")
        return message


async def save(pieces: AsyncIterator[bytes], file: IO[bytes]) -> None:
    """Write a body as it comes, a megabyte at a time, without holding up anybody else."""
    waiting = bytearray()
    async for piece in pieces:
        waiting += piece
        if len(waiting) >= _WRITTEN_AT_ONCE:
            await to_thread.run_sync(file.write, bytes(waiting))
            waiting.clear()
    await to_thread.run_sync(file.write, bytes(waiting))
    await to_thread.run_sync(file.flush)


@contextmanager
def unnamed_file(home: Path) -> Iterator[IO[bytes]]:
    """A file that no folder lists and that is gone when it is closed, or when the process ends.

    Beside our own data and not in the machine's temporary folder, which may lie in memory.
    """
    with tempfile.TemporaryFile(dir=home if home.is_dir() else None) as file:
        yield file


class UploadsUnderWay:
    """How many uploads each person has under way in this process."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    @contextmanager
    def one_more(self, person_id: int) -> Iterator[None]:
        """Take a place for the time of an upload.

        Raises:
            UploadsAtOnce: this person has as many under way as one may.
        """
        if self._counts[person_id] >= MAX_AT_ONCE:
            raise UploadsAtOnce(where="uploads", most=MAX_AT_ONCE)
        self._counts[person_id] += 1
        try:
            yield
        finally:
            self._counts[person_id] -= 1
            if not self._counts[person_id]:
                del self._counts[person_id]


def under_way(request: Request) -> UploadsUnderWay:
    """The count of this process."""
    counts: UploadsUnderWay = request.app.state.uploads
    return counts
