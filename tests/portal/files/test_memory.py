"""Whatever a file's size, a few megabytes of it are in memory: on its way in, out, and to a website."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256

import pytest

from engine import reading
from engine.files.kinds import MAX_FILE_BYTES
from engine.files.storing import attachment_chunks
from engine.publication import PublishedFile
from engine.publishing import HttpWebsite
from engine.service import Service
from tests import sample_files as samples
from tests.builders import scalars
from tests.portal.conftest import Client
from tests.portal.files.conftest import submit, upload
from tests.website_process import WebsiteProcess

pytestmark = pytest.mark.thorough

MOST_BYTES = 8_000_000


@contextmanager
def little_memory() -> Iterator[None]:
    """Fails when Python allocates more than ``MOST_BYTES`` on top of what it has."""
    tracemalloc.start()
    try:
        yield
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES, f"{peak / 1e6:.1f} MB at once"


@pytest.mark.timeout(200)
def test_fifty_megabytes_come_in_and_go_out_a_few_at_a_time(
    service: Service, drafter: Client, number: str, place: str, website: WebsiteProcess
) -> None:
    content = samples.pdf(padding=MAX_FILE_BYTES - 2_000)
    digest = sha256(content).hexdigest()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1 << 16):
            yield content[start : start + (1 << 16)]

    with little_memory():
        told = upload(drafter, place, pieces(), "大.pdf")
    assert told.status_code == 201, told.text
    with little_memory():
        assert submit(drafter, place, {"upload": told.json()["upload"]}, body="正文").status_code == 201
    with little_memory():
        reader = service.actor("drafter", channel="api")
        whole = sha256()
        for piece in reading.read_attachment(service, reader, number, 1, digest).part(0, len(content) - 1):
            whole.update(piece)
    assert whole.hexdigest() == digest
    [stored] = scalars(service, "SELECT id FROM attachment")
    file = PublishedFile("大.pdf", "application/pdf", digest, len(content), "attachment", stored)
    http = HttpWebsite(website.url, timeout_seconds=60, read=partial(attachment_chunks, service))
    with little_memory():
        asyncio.run(http.send_file("large:publication:1", file))
    assert website.file(digest) == content
