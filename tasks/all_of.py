"""``all_of`` 并行: branches go on at the same time, each at its own pace, until every one is done."""

from collections.abc import Coroutine, Generator
from typing import Any

from engine.calls import Call, Several

Branch = Coroutine[Call | Several, Any, Any] | Call


class _Running:
    """One branch, stepped by hand: what it asks for now, and what it gave when it was done."""

    def __init__(self, branch: Branch) -> None:
        self._generator: Any = branch.__await__()
        self.asks: Call | Several | None = None
        self.gave: Any = None
        self.send(None)

    def send(self, reply: Any) -> None:
        try:
            self.asks = self._generator.send(reply)
        except StopIteration as stop:
            self.asks, self.gave = None, stop.value

    @property
    def calls(self) -> tuple[Call, ...]:
        return self.asks.calls if isinstance(self.asks, Several) else (self.asks,) if self.asks else ()

    def take(self, outcomes: tuple[Any, ...]) -> None:
        """Go on with what is known of its calls, if anything is."""
        if any(outcomes):
            self.send(outcomes if isinstance(self.asks, Several) else outcomes[0])

    def close(self) -> None:
        self._generator.close()


class _AllOf:
    def __init__(self, branches: tuple[Branch, ...]) -> None:
        self._branches = branches

    def __await__(self) -> Generator[Several, Any, list[Any]]:
        running = [_Running(branch) for branch in self._branches]
        try:
            while calls := tuple(call for branch in running for call in branch.calls):
                outcomes = yield Several(calls)
                for branch in running:
                    own, outcomes = outcomes[: len(branch.calls)], outcomes[len(branch.calls) :]
                    branch.take(own)
        finally:
            for branch in running:
                branch.close()
        return [branch.gave for branch in running]


async def all_of(*branches: Branch) -> list[Any]:
    """Run the branches side by side; gives what each returned, in the order they are written.

    No two branches may ask for a step of the same key, and none may look at what another has done so far:
    each sees only its own outcomes, so that the order in which people act changes nothing.
    """
    return await _AllOf(branches)
