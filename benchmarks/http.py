"""A decision through HTTP: the portal as deployed, a token, a POST, and the answer at the client.

The next to-do is open when the answer is there; that is checked through the API outside the timing.
"""

from benchmarks.calling import Caller
from benchmarks.cases import LAST_HOLDER, LAST_OPENED, Desk
from benchmarks.figures import Figures
from benchmarks.floor import ByHand
from benchmarks.installation import tell
from benchmarks.turns import take_turns


def measure(caller: Caller, desk: Desk, by_hand: ByHand, figures: Figures, *, cases: int) -> None:
    """Latency of one client, in turns with the floor."""
    tell(f"HTTP and hand-written transaction in turns, {cases} cases of four approvals")
    _require_next_is_open(caller, desk)
    turns = take_turns(desk, by_hand, caller.deciding(desk), cases=cases)
    beside = "floor.beside_http.decision_to_next_ms"
    figures.add_times(beside, turns.by_hand, "the hand-written transaction in turns with HTTP")
    how = (
        "POST of the decision with a token until the answer is read; the next to-do is open then; one client"
    )
    figures.add_times("http.decision_to_next_ms", turns.ours, how, against=beside)


def _require_next_is_open(caller: Caller, desk: Desk) -> None:
    """Whoever comes next sees the to-do through the API as soon as the decision was answered."""
    [case] = desk.prepare(1)
    desk.walk(case, caller.deciding(desk))
    todo = desk.open_todo(LAST_OPENED, case)
    seen = caller.call(LAST_HOLDER, "GET", f"/assignments/{todo}")
    if LAST_OPENED not in str(seen) or seen.get("closed_at"):
        raise RuntimeError(f"to-do {todo} is not open at {LAST_OPENED}: {seen}")
