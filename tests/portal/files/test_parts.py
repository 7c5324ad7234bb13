"""A part of a file: for viewers, and for downloads that go on; read from the chunks it lies in alone."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event, insert

from engine.files.storing import CHUNK_BYTES
from engine.service import Service
from models import RegisterFile, RegisterFileChunk
from tests import sample_files as samples
from tests.portal.conftest import Client
from tests.portal.files.conftest import submit, upload
from tests.portal.register_shelf import publish

pytestmark = pytest.mark.thorough

PDF = samples.pdf(padding=2_500_000)
DIGEST = sha256(PDF).hexdigest()
SIZE = len(PDF)


@pytest.fixture(params=["download", "page", "register download", "register page"])
def address(
    request: pytest.FixtureRequest, service: Service, drafter: Client, number: str, place: str
) -> str:
    """Every address a file of three chunks can be had from."""
    if request.param.startswith("register"):
        kind = "files" if request.param.endswith("page") else "attachments"
        return f"/register/{_published(service)}/{kind}/{DIGEST}"
    told = upload(drafter, place, PDF, "大.pdf").json()
    submit(drafter, place, {"upload": told["upload"]}, body="正文")
    if request.param == "page":
        return f"/cases/{number}/versions/1/files/{DIGEST}"
    return f"/api/v1/cases/{number}/documents/1/attachments/{DIGEST}"


def _published(service: Service) -> str:
    """On the shelf in chunks of another size, as older files are."""
    described = {"name": "大.pdf", "media_type": "application/pdf", "sha256": DIGEST, "size": SIZE}
    slug = publish(service, attachments=[described])
    files, chunks = RegisterFile.__table__, RegisterFileChunk.__table__
    row = {"slug": slug, "sha256": DIGEST, "size": SIZE, "text": ""}
    with service.database.begin() as connection:
        file_id = connection.execute(insert(files).values(row).returning(files.c.id)).scalar_one()
        for seq, first in enumerate(range(0, SIZE, 700_000)):
            content = PDF[first : first + 700_000]
            connection.execute(insert(chunks).values(file_id=file_id, seq=seq, content=content))
    return slug


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        (f"bytes={CHUNK_BYTES - 5}-{CHUNK_BYTES + 5}", CHUNK_BYTES - 5, CHUNK_BYTES + 5),
        ("bytes=2000000-", 2_000_000, SIZE - 1),
        ("bytes=-1000", SIZE - 1000, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"Bytes=5 - {SIZE * 2}", 5, SIZE - 1),
    ],
)
def test_the_part_asked_for_is_sent_with_its_place(
    drafter: Client, address: str, asked: str, first: int, last: int
) -> None:
    answer = drafter.get(address, headers={"Range": asked, "If-Range": f'"{DIGEST}"'})
    assert answer.status_code == 206
    assert answer.content == PDF[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert answer.headers["etag"] == f'"{DIGEST}"'


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE + 1}-{SIZE + 9}"])
def test_a_part_that_is_not_there_is_refused_with_the_size(drafter: Client, address: str, asked: str) -> None:
    answer = drafter.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    ("asked", "if_range"),
    [
        ("bytes=0-9,20-29", ""),
        ("bytes=9-0", ""),
        ("bytes=-", ""),
        ("pages=1-2", ""),
        ("bytes=" + "9" * 5000 + "-", ""),
        ("bytes=0-9", '"another"'),
        ("bytes=0-9", f'W/"{DIGEST}"'),
        ("bytes=0-9", "Mon, 20 Apr 2026 00:00:00 GMT"),
    ],
)
def test_what_is_no_single_part_of_this_very_file_is_answered_with_all_of_it(
    drafter: Client, address: str, asked: str, if_range: str
) -> None:
    headers = {"Range": asked} | ({"If-Range": if_range} if if_range else {})
    answer = drafter.get(address, headers=headers)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_file_one_has_is_not_sent_again_and_head_has_no_part(drafter: Client, address: str) -> None:
    known = drafter.get(address, headers={"If-None-Match": f'"{DIGEST}"', "Range": "bytes=0-9"})
    assert (known.status_code, known.content) == (304, b"")
    head = drafter("HEAD", address, headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.headers["content-length"]) == (200, str(SIZE))


@pytest.fixture
def chunks_read(service: Service, app: FastAPI) -> Iterator[list[int]]:
    """The chunks read from the database, by their place in the file."""
    read: list[int] = []

    def note(_c: object, _cursor: object, statement: str, given: dict[str, int], *_more: object) -> None:
        if statement.startswith("SELECT content FROM"):
            read.append(given["seq"])

    engines: list[Engine] = [service.database, app.state.public]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield read
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_only_the_chunks_of_a_part_are_read(drafter: Client, address: str, chunks_read: list[int]) -> None:
    drafter.get(address, headers={"Range": "bytes=-10"})
    size = 700_000 if address.startswith("/register") else CHUNK_BYTES
    assert chunks_read == [(SIZE - 1) // size]
