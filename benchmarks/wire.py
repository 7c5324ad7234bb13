"""Counting what a connection sends, on the wire itself: nothing in between can hide a statement."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg


@dataclass
class Sent:
    """Filled when the block ends."""

    statements: int = 0
    round_trips: int = 0
    lines: list[str] = field(default_factory=list)


@contextmanager
def counted(connection: psycopg.Connection) -> Iterator[Sent]:  # type: ignore[type-arg]
    """Statements executed (transaction control included) and times the client had to wait for an answer."""
    sent = Sent()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        connection.pgconn.trace(file.fileno())
        try:
            yield sent
        finally:
            connection.pgconn.untrace()
        file.seek(0)
        sent.lines = file.readlines()
    names = [parts[3] for parts in (line.rstrip().split("\t") for line in sent.lines) if parts[1:2] == ["F"]]
    sent.statements = names.count("Query") + names.count("Execute")
    sent.round_trips = names.count("Query") + names.count("Sync")
