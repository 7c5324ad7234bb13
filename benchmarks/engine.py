"""The engine by itself: ``decide()`` against PostgreSQL, one connection, beside the hand-written floor.

Both take turns in the same loop, on the same machine in the same second, so that noise hits both.
"""

import psycopg

from benchmarks.cases import APPROVALS, Desk
from benchmarks.figures import Figures
from benchmarks.floor import ByHand
from benchmarks.installation import tell
from benchmarks.turns import take_turns
from benchmarks.wire import counted


def measure(desk: Desk, by_hand: ByHand, figures: Figures, *, cases: int) -> None:
    """Decision to next to-do, and what a decision sends over the wire."""
    tell(f"Engine and hand-written transaction in turns, {cases} cases of four approvals")
    turns = take_turns(desk, by_hand, desk.decide, cases=cases)
    how = "the same rows inserted and changed by a hand-written psycopg transaction, in turns with the engine"
    figures.add_times("floor.decision_to_next_ms", turns.by_hand, how)
    how = "decide() until its commit returns; the next to-do is open then; one connection"
    figures.add_times("engine.decision_to_next_ms", turns.ours, how, against="floor.decision_to_next_ms")
    _statements(desk, by_hand, figures)


def _statements(desk: Desk, by_hand: ByHand, figures: Figures) -> None:
    [case], hand = desk.prepare(1), by_hand.launch()
    by_hand.decide(hand)
    ours, theirs = [], []
    for step in APPROVALS:
        todo = desk.open_todo(step, case)
        with counted(_driver_connection(desk)) as sent:
            desk.decide(step, todo)
        ours.append(sent)
        with counted(by_hand.connection) as sent:
            by_hand.decide(hand)
        theirs.append(sent)
    how = "seen on the wire, BEGIN and COMMIT included, mean of the four approvals"
    for name, beside, sents in (("floor", "", theirs), ("engine", "floor", ours)):
        for key, counts in (
            ("statements_per_decision", [sent.statements for sent in sents]),
            ("round_trips_per_decision", [sent.round_trips for sent in sents]),
        ):
            mean, against = sum(counts) / len(counts), beside and f"{beside}.{key}"
            figures.add(f"{name}.{key}", mean, "", how, samples=len(counts), against=against)


def _driver_connection(desk: Desk) -> psycopg.Connection:  # type: ignore[type-arg]
    """The pool's one connection, which the next act will use again."""
    pooled = desk.service.database.raw_connection()
    try:
        connection = pooled.driver_connection
    finally:
        pooled.close()
    assert isinstance(connection, psycopg.Connection)
    return connection
