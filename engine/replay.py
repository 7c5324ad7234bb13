"""Replaying a procedure from its journal, stepping its coroutine by hand. Pure: no database, no clock.

The same function serves advance (which opens what is new) and the woken flow run (which executes
what is open); neither can see a different order of events.
"""

from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.calls import Call, Several, identity_of
from engine.outcomes import Outcome, decode

Body = Callable[[Any], Coroutine[Call | Several, Any, str]]
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
class Parked:
    """Where the procedure waits: one step, or one of every branch that is not done."""

    waiting: tuple[Waiting, ...]


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
) -> Parked | Ended:
    """Run ``body`` from its start to the first steps without an outcome.

    Args:
        settle: asked for a step the journal does not know; an outcome lets the procedure go on
            (a record settles at once), ``None`` parks it.

    Raises:
        ReplayMismatch: another step, or other content, than the journal holds.
    """
    met = _Met(journal)
    coroutine = body(intake)
    reply: Any = None
    try:
        while True:
            try:
                asked = coroutine.send(reply)
            except StopIteration as stop:
                met.refuse_unmet()
                return Ended(stop.value)
            calls = asked.calls if isinstance(asked, Several) else (asked,)
            outcomes = met.outcomes(calls, settle)
            if not any(outcomes):
                return Parked(tuple(met.waiting(call) for call in calls))
            reply = tuple(outcomes) if isinstance(asked, Several) else outcomes[0]
    finally:
        coroutine.close()


class _Met:
    """The steps a replay has come by: which round each is, and what the journal holds of it."""

    def __init__(self, journal: Mapping[StepId, Recorded]) -> None:
        self.journal = journal
        self._rounds: Counter[str] = Counter()
        self._steps: set[StepId] = set()
        self._open: dict[int, tuple[Call, StepId]] = {}  # asked and unanswered, by identity

    def outcomes(
        self, calls: Sequence[Call], settle: Callable[[Call, int], Outcome | None] | None
    ) -> list[Outcome | None]:
        """What is recorded of them; if nothing is, of the first that settles at once; else nothing."""
        found = [self._recorded(call) for call in calls]
        if not any(found):
            self.refuse_unmet()
            for place, call in enumerate(calls if settle else ()):
                step = self._step(call)
                if step not in self.journal and settle and (outcome := settle(call, step[1])) is not None:
                    found[place] = outcome
                    break
        for call, outcome in zip(calls, found, strict=True):
            if outcome is not None:
                del self._open[id(call)]
        return found

    def waiting(self, call: Call) -> Waiting:
        step = self._step(call)
        return Waiting(call, step[1], known=step in self.journal)

    def refuse_unmet(self) -> None:
        """Everything recorded up to here must have been come by."""
        for key, round_ in self.journal:
            if (key, round_) not in self._steps:
                raise ReplayMismatch(f"step {key}:{round_} is recorded, but the procedure did not reach it")

    def _step(self, call: Call) -> StepId:
        """The round of a call: counted when it is asked, not each time a branch beside it goes on."""
        if id(call) not in self._open:
            if any(step[0] == call.key for _, step in self._open.values()):
                raise ReplayMismatch(f"two branches ask for step {call.key} at the same time")
            self._rounds[call.key] += 1
            step = (call.key, self._rounds[call.key])
            self._steps.add(step)
            self._open[id(call)] = (call, step)
        return self._open[id(call)][1]

    def _recorded(self, call: Call) -> Outcome | None:
        step = self._step(call)
        row = self.journal.get(step)
        if row is None:
            return None
        if row.kind != call.kind or identity_of(row.call) != call.identity():
            raise ReplayMismatch(f"step {step[0]}:{step[1]} is not the one recorded")
        return None if row.outcome is None else decode(row.outcome)
