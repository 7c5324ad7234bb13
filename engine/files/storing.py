"""Content written and read in chunks: whatever the size, a megabyte is in memory."""

from collections.abc import Iterable, Iterator
from typing import IO

from sqlalchemy import Connection, Table, insert, text

from engine.files.kinds import MAX_FILE_BYTES
from engine.files.parts import part_of
from engine.service import Service
from models import UploadChunk

CHUNK_BYTES = 1 << 20

_CHUNK = text("SELECT content FROM attachment_chunk WHERE attachment_id = :id AND seq = :seq")
_LENGTHS = text("SELECT octet_length(content) FROM attachment_chunk WHERE attachment_id = :id ORDER BY seq")


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file from its beginning, a chunk at a time."""
    file.seek(0)
    while piece := file.read(CHUNK_BYTES):
        yield piece


def store_chunks(connection: Connection, table: Table, owner: int, pieces: Iterable[bytes]) -> None:
    """Write content that is not stored yet; ``owner`` is the row it belongs to."""
    column = next(iter(table.primary_key.columns)).name
    for seq, piece in enumerate(pieces):
        connection.execute(insert(table).values({column: owner, "seq": seq, "content": piece}))


def store_upload(connection: Connection, upload_id: int, file: IO[bytes]) -> None:
    """The content of an upload."""
    store_chunks(connection, UploadChunk.__table__, upload_id, pieces_of(file))


def attachment_chunks(
    service: Service, attachment_id: int, first: int = 0, last: int = MAX_FILE_BYTES
) -> Iterator[bytes]:
    """A case's file, or a part of it. A slow reader holds no connection: what is read never changes."""

    def piece(seq: int) -> bytes | None:
        with service.read() as connection:
            return connection.execute(_CHUNK, {"id": attachment_id, "seq": seq}).scalar()

    with service.read() as connection:
        lengths = connection.execute(_LENGTHS, {"id": attachment_id}).scalars().all()
    yield from part_of(lengths, piece, first, last)
