"""Replaying a procedure from its journal, stepping its coroutine by hand. Pure: no database, no clock.

The same function serves advance (which opens what is new) and the woken flow run (which executes
what is open); neither can see a different order of events.
"""

from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from engine.calls import Call, identity_of
from engine.outcomes import Outcome, decode

Body = Callable[[Any], Coroutine[Call, Any, str]]
StepId = tuple[str, int]


@dataclass(frozen=True)
class Recorded:
    """One journal row as replay sees it."""

    kind: str
    call: dict[str, Any]
    outcome: dict[str, Any] | None


@dataclass(frozen=True)
class Waiting:
    """The procedure waits at this step round; ``known``: its row is in the journal, unsettled."""

    call: Call
    round: int
    known: bool


@dataclass(frozen=True)
class Ended:
    """The procedure returned; ``outcome`` is its closing word."""

    outcome: str


class ReplayMismatch(Exception):
    """The journal does not fit the procedure; the text says where."""


def replay(
    body: Body,
    intake: Any,
    journal: Mapping[StepId, Recorded],
    *,
    settle: Callable[[Call, int], Outcome | None] | None = None,
) -> Waiting | Ended:
    """Run ``body`` from its start to the first step without an outcome.

    Args:
        settle: asked for a step the journal does not know; an outcome lets the procedure go on
            (a record settles at once), ``None`` parks it.

    Raises:
        ReplayMismatch: another step, or other content, than the journal holds.
    """
    rounds: Counter[str] = Counter()
    met: set[StepId] = set()
    coroutine = body(intake)
    reply: Outcome | None = None
    try:
        while True:
            try:
                call = coroutine.send(reply)
            except StopIteration as stop:
                _refuse_unmet(journal, met)
                return Ended(stop.value)
            rounds[call.key] += 1
            step = (call.key, rounds[call.key])
            met.add(step)
            reply = _recorded_outcome(call, step, journal)
            if reply is None and step not in journal and settle is not None:
                _refuse_unmet(journal, met)
                reply = settle(call, step[1])
            if reply is None:
                _refuse_unmet(journal, met)
                return Waiting(call, step[1], known=step in journal)
    finally:
        coroutine.close()


def _recorded_outcome(call: Call, step: StepId, journal: Mapping[StepId, Recorded]) -> Outcome | None:
    row = journal.get(step)
    if row is None:
        return None
    if row.kind != call.kind or identity_of(row.call) != call.identity():
        raise ReplayMismatch(f"step {step[0]}:{step[1]} is not the one recorded")
    return None if row.outcome is None else decode(row.outcome)


def _refuse_unmet(journal: Mapping[StepId, Recorded], met: set[StepId]) -> None:
    for key, round_ in journal:
        if (key, round_) not in met:
            raise ReplayMismatch(f"step {key}:{round_} is recorded, but the procedure did not reach it")
