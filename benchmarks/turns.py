"""One client at a time: something of ours and the hand-written transaction, decision by decision in turns."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.cases import APPROVALS, LAST_OPENED, Desk
from benchmarks.floor import ByHand

WARM_UP_CASES = 5


@dataclass(frozen=True)
class Turns:
    """Seconds of each decision."""

    ours: list[float]
    by_hand: list[float]


def take_turns(desk: Desk, by_hand: ByHand, decide: Callable[[str, int], object], *, cases: int) -> Turns:
    """Walk so many cases through the four approvals, each approval followed by one written by hand.

    Args:
        decide: decides the to-do of this id at this step; the next to-do is open when it returns.
    """
    turns = Turns([], [])
    for number in range(WARM_UP_CASES + cases):
        [case], hand = desk.prepare(1), by_hand.launch()
        by_hand.decide(hand)
        for step in APPROVALS:
            todo = desk.open_todo(step, case)
            began = time.perf_counter()
            decide(step, todo)
            between = time.perf_counter()
            by_hand.decide(hand)
            if number >= WARM_UP_CASES:
                turns.ours.append(between - began)
                turns.by_hand.append(time.perf_counter() - between)
        desk.open_todo(LAST_OPENED, case)  # fails unless the fourth approval opened it
    return turns
