"""Content written and read in chunks: whatever the size, a megabyte is in memory."""

from collections.abc import Iterable, Iterator
from typing import IO

from sqlalchemy import Connection, Table, insert, text

from engine.service import Service
from models import UploadChunk

CHUNK_BYTES = 1 << 20

_CHUNK = text("SELECT content FROM attachment_chunk WHERE attachment_id = :id AND seq = :seq")


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


def attachment_chunks(service: Service, attachment_id: int) -> Iterator[bytes]:
    """The content of a case's file. A slow reader holds no connection: what is read never changes."""
    for seq in range(2**31):
        with service.read() as connection:
            piece = connection.execute(_CHUNK, {"id": attachment_id, "seq": seq}).scalar()
        if piece is None:
            return
        yield bytes(piece)
