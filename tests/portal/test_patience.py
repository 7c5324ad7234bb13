"""Patience with a body: what keeps coming is taken however long it takes, what drips is not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message

from portal.errors import BodyTooSlow
from portal.patience import LEAST_BYTES, Patient

SECONDS = 30.0


def received(*pieces: int, wait: float) -> int:
    """How many bytes are taken of a body whose pieces come at that pace, by the event loop's own clock."""
    loop, now = asyncio.new_event_loop(), 0.0
    loop.time = lambda: now  # type: ignore[method-assign]
    coming = list(pieces)

    async def receive() -> Message:
        nonlocal now
        now += wait
        return {"type": "http.request", "body": b"x" * coming.pop(0), "more_body": bool(coming)}

    async def whole(next_piece: Callable[[], Awaitable[Message]]) -> int:
        total, more = 0, True
        while more:
            message = await next_piece()
            total, more = total + len(message["body"]), message["more_body"]
        return total

    try:
        return loop.run_until_complete(whole(Patient(receive, SECONDS)))
    finally:
        loop.close()


def test_a_slow_body_that_keeps_coming_is_taken_however_long_it_takes() -> None:
    piece = LEAST_BYTES // 2
    assert received(*[piece] * 100, wait=SECONDS * 0.49) == 100 * piece


def test_a_small_body_may_take_its_time_within_the_patience() -> None:
    assert received(*[1] * 10, wait=SECONDS / 11) == 10


def test_a_body_in_drops_is_broken_off_although_each_drop_comes_in_time() -> None:
    with pytest.raises(BodyTooSlow):
        received(*[10] * 1000, wait=SECONDS * 0.1)


def test_a_fast_beginning_earns_no_time_to_drip_afterwards() -> None:
    with pytest.raises(BodyTooSlow):
        received(*[LEAST_BYTES] * 100, *[10] * 1000, wait=SECONDS * 0.1)
