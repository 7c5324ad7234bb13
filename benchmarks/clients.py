"""Several clients at once, each a process with a connection of its own: what a deployment can use."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol, Self

CLIENTS = 8
_READY_SECONDS = 300
_LEAD_SECONDS = 0.1


class Client(Protocol):
    """Something that can work in several ways, one item after the other."""

    def prepare(self, kind: str, items: int) -> None:
        """Make what the next ``work`` of this kind needs; not measured."""

    def work(self, kind: str) -> Iterator[None]:
        """Do one item per step of the iteration."""


class MakeClient(Protocol):
    """Called in the new process."""

    def __call__(self, *arguments: Any) -> Client: ...


@dataclass(frozen=True)
class Burst:
    """What all clients did together while every one of them was busy."""

    items: int
    seconds: float
    all_items: int  # also those after the first client had nothing left
    client_cpu_seconds: float  # of all items


class Clients:
    """Client processes that wait for orders; use as a context manager."""

    def __init__(
        self, make: MakeClient, *arguments: Any, environment: dict[str, str], count: int = CLIENTS
    ) -> None:
        # Spawned, not forked: no client inherits a connection or a half-warm import.
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._children = []
        for number in range(count):
            ours, theirs = context.Pipe()
            given = (theirs, make, number, arguments, environment)
            child = context.Process(target=_serve, args=given, daemon=True)
            child.start()
            theirs.close()
            self._pipes.append(ours)
            self._children.append(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for child in self._children:
            child.join(10)
            if child.is_alive():
                child.kill()

    def prepare(self, kind: str, items: int) -> None:
        """Let every client prepare this many items."""
        self._ask(("prepare", kind, items))

    def burst(self, kind: str) -> Burst:
        """Let all work at once until the first has nothing left."""
        begin = time.monotonic() + _LEAD_SECONDS
        answers = self._ask(("work", kind, begin))
        end = min(finished for _, finished, _ in answers)
        items = sum(1 for marks, _, _ in answers for mark in marks if mark <= end)
        all_items = sum(len(marks) for marks, _, _ in answers)
        return Burst(items, end - begin, all_items, sum(cpu for _, _, cpu in answers))

    def _ask(self, order: tuple[str, str, Any]) -> list[Any]:
        for pipe in self._pipes:
            pipe.send(order)
        answers = []
        for pipe in self._pipes:
            if not pipe.poll(_READY_SECONDS):
                raise TimeoutError(f"a client did not answer within {_READY_SECONDS} s")
            answer = pipe.recv()
            if isinstance(answer, BaseException):
                raise answer
            answers.append(answer)
        return answers


def _serve(
    pipe: Connection, make: MakeClient, number: int, arguments: tuple[Any, ...], environment: dict[str, str]
) -> None:
    os.environ.update(environment)
    client: Client | None = None
    while True:
        try:
            order, kind, detail = pipe.recv()
        except (EOFError, ConnectionError):  # the bench has ended
            return
        try:
            client = client or make(*arguments)
            pipe.send(client.prepare(kind, detail) if order == "prepare" else _work(client, kind, detail))
        except Exception as error:
            with suppress(ConnectionError):
                pipe.send(RuntimeError(f"client {number}, {order} {kind}: {error!r}"))


def _work(client: Client, kind: str, begin: float) -> tuple[list[float], float, float]:
    """When each item was done, when there was no more, and the processor time."""
    items, marks = client.work(kind), []
    time.sleep(max(0.0, begin - time.monotonic()))
    used = time.process_time()
    for _ in items:
        marks.append(time.monotonic())
    return marks, marks[-1] if marks else begin, time.process_time() - used
