"""Decision against lapse, on the same case at the same moment: one is effective, none is lost, none doubled.

A decision and two clock services set off together, each on its own reading of a moving clock: the decision
received and handled at moments around the end and around the end of the grace, the lapse likewise.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from threading import Barrier
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import text

from engine.acts.decide import DecisionRequest, decide
from engine.clocks.firing import fire_due
from engine.doctor import examine
from engine.invariants import Severity
from engine.ledger import verify
from engine.service import Service
from rules.errors import DecidedTooLate
from rules.ladder import GRACE
from tests.builders import Bureau, MovableClock, todo_of
from tests.engine.limits import clock_of, lapsing_installed, start

NONE, A_SECOND, A_DAY = timedelta(0), timedelta(seconds=1), timedelta(1)
SPEED = 50
"""Seconds of the moving clock in one of ours: the trials are over in a few hundredths."""


@dataclass(frozen=True)
class Trial:
    """When the decision was received and handled, and when the clock services look: after the end."""

    received: timedelta
    handled: timedelta
    looks: timedelta

    @classmethod
    def drawn(cls, random: Random) -> "Trial":
        received = random.choice([NONE, NONE, GRACE]) + random.uniform(-2, 2) * A_SECOND
        waits = random.choice([0, 0, 1, 58, 62]) * A_SECOND
        return cls(
            received, received + waits, random.choice([NONE, GRACE, GRACE]) + random.uniform(-2, 2) * A_SECOND
        )


def moving(service: Service, since: datetime) -> Service:
    """The installation on a clock that runs from that moment on."""
    began = perf_counter()
    return replace(service, time=lambda: since + timedelta(seconds=(perf_counter() - began) * SPEED))


def run(service: Service, random: Random, trials: int) -> Counter[str]:
    """So many trials, each on a case of its own. Returns what was seen how often."""
    seen: Counter[str] = Counter()
    with ThreadPoolExecutor(3) as threads:
        for _ in range(trials):
            number = start(service, "lapsing")
            end = clock_of(service, number, "step:consultation").late_from
            fire_due(replace(service, time=lambda end=end: end - A_SECOND))  # the reminders
            trial = Trial.drawn(random)
            refused = race(service, threads, number, end, trial)
            fire_due(replace(service, time=lambda end=end: end + A_DAY))  # what did not lapse by then
            seen[judged(service, number, trial, refused)] += 1
    return seen


def race(service: Service, threads: ThreadPoolExecutor, number: str, end: datetime, trial: Trial) -> bool:
    """Let them run. Returns whether the decision was refused."""
    legal_office = service.actor("legal_office", channel="api")
    request = DecisionRequest(todo_of(service, number).id, "approve", received_at=end + trial.received)
    together = Barrier(3)

    def together_with(act: Callable[[], Any]) -> Any:
        together.wait()
        return act()

    def decision() -> bool:
        try:
            decide(moving(service, end + trial.handled), legal_office, request)
        except DecidedTooLate:
            return True
        return False

    def look() -> int:
        return fire_due(moving(service, end + trial.looks)).rungs

    asked = [threads.submit(together_with, act) for act in (decision, look, look)]
    refused, *_ = [each.result() for each in asked]
    return bool(refused)


TOLD = ["decision-recorded", "decision-refused", "clock-lapsed", "clock-met"]
_OUTCOME = text(
    """
    SELECT s.outcome->>'type' AS type, c.closed_because, c.met_late,
           (SELECT count(*) FROM decision d WHERE d.case_id = s.case_id) AS decisions,
           (SELECT count(*) FROM step n WHERE n.case_id = s.case_id AND n.key = 'conclusion') AS went_on,
           (SELECT min(e.at) - c.late_from FROM ledger_entry e
             WHERE e.chain = s.case_id AND e.action = 'clock-lapsed') AS lapsed_after,
           (SELECT min(e.data->>'why') FROM ledger_entry e
             WHERE e.chain = s.case_id AND e.action = 'decision-refused') AS why,
           ARRAY(SELECT e.action FROM ledger_entry e
                  WHERE e.chain = s.case_id AND e.action = ANY(:told) ORDER BY e.seq) AS entries
      FROM step s JOIN clock c ON c.step_id = s.id JOIN cases k ON k.id = s.case_id
     WHERE k.number = :number AND s.key = 'consultation'
    """
)


def judged(service: Service, number: str, trial: Trial, refused: bool) -> str:
    """What came of a trial, if it may be."""
    with service.database.connect() as connection:
        row = connection.execute(_OUTCOME, {"number": number, "told": TOLD}).one()
    assert row.went_on == 1, trial
    if row.type == "review":
        assert not refused, trial
        assert trial.received < NONE, trial
        assert (row.decisions, row.closed_because, row.met_late) == (1, "met", False), trial
        assert row.entries == ["decision-recorded", "clock-met"], trial
        return "decided in the grace" if trial.handled >= NONE else "decided"
    assert refused, trial
    assert (row.type, row.decisions, row.closed_because) == ("lapse", 0, "lapsed"), trial
    assert sorted(row.entries) == ["clock-lapsed", "decision-refused"], trial
    assert row.lapsed_after >= GRACE, trial  # nothing that was received in time was still on its way
    if trial.received < NONE:
        assert row.why == "lapsed", trial
        return "lapsed before it was handled"
    return "received too late"


def prove(service: Service, trials: int) -> None:
    """All of it, and that nothing is left broken."""
    with lapsing_installed():
        seen = run(service, Random(20260513), trials)
        assert set(seen) == {
            "decided",
            "decided in the grace",
            "lapsed before it was handled",
            "received too late",
        }, seen
        assert seen.total() == trials
        assert [f for f in examine(service) if f.severity is Severity.BROKEN] == []
    with service.snapshot() as connection:
        verify(connection)


@pytest.mark.thorough
def test_of_decision_and_lapse_exactly_one_is_effective(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    prove(service, 300)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_of_decision_and_lapse_exactly_one_is_effective_ten_thousand_times(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    prove(service, 10_000)
