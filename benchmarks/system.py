"""Everything up, as ``gongkai up`` starts it: processor time, lag until shown, memory, idling, disk."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from sqlalchemy import TextClause, text

from benchmarks.calling import Caller, make_tokens
from benchmarks.cases import APPROVALS, LAST_OPENED, Desk
from benchmarks.figures import Figures
from benchmarks.installation import Installation, part, tell
from benchmarks.processes import cpu_seconds, memory_mb
from benchmarks.storage import stored_bytes
from deployments.components import ALL

RATES = (1, 5)
"""Decisions a second at which the lag is measured."""

_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 90.0
_TELL_SECONDS = 5.0
_DEPLOYED = text("SELECT count(*) FROM shown_deployment")
_OUTDATED = text(
    "SELECT count(*) FROM cases c LEFT JOIN shown_case s ON s.case_id = c.id"
    " WHERE s.case_id IS NULL OR s.shown_seq < c.seq"
)
_SHOWN = text("SELECT case_id, shown_seq, flow_run_id FROM shown_case WHERE case_id = ANY(:cases)")
_MAKE_DUE = text(
    "UPDATE rung SET kind = 'escalate', place = 1, due_at = :now WHERE fired_at IS NULL"
    " AND kind IN ('remind', 'overdue')"
)
_STILL_DUE = text("SELECT count(*) FROM rung WHERE fired_at IS NULL AND due_at <= now()")
_SEQUENCES = text("SELECT id, seq FROM cases WHERE id = ANY(:cases)")


@dataclass(frozen=True)
class Extent:
    """How long and how many."""

    seconds_per_rate: float
    idle_seconds: float
    waiting: int


@dataclass
class Decided:
    """One decision: when its answer was there, and when Prefect showed it."""

    case: int
    opened: str  # the step it opened
    seq: int
    answered_at: float
    took: float
    shown_at: float = 0.0


class Everything:
    """The running installation under measurement."""

    def __init__(self, installation: Installation, desk: Desk) -> None:
        self.installation, self.desk = installation, desk
        self.parts = {name: part(installation, name) for name in ("postgres", *(c.name for c in ALL))}
        self.caller = Caller(installation.environment["GONGKAI_BASE_URL"], make_tokens(desk))

    def cpu(self) -> float:
        """Processor time of all parts so far."""
        return cpu_seconds(self.parts.values())

    def idle(self, seconds: float) -> float:
        """Processor seconds a second while nobody does anything."""
        before, began = self.cpu(), time.monotonic()
        time.sleep(seconds)
        return (self.cpu() - before) / (time.monotonic() - began)

    def stored(self) -> dict[str, int]:
        """Bytes of our database and of Prefect's."""
        return {name: stored_bytes(self.installation, name) for name in ("gongkai", "prefect")}

    def wait_until_settled(self) -> None:
        """What the start began is done: the worker has applied the deployments."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._number(_DEPLOYED):
            if time.monotonic() > until:
                raise TimeoutError("the worker does not apply the deployments")
            time.sleep(0.25)
        time.sleep(5.0)

    def wait_until_shown(self) -> None:
        """Until Prefect shows every case as it is."""
        fewest, moved, told = -1, time.monotonic(), 0.0
        while missing := self._number(_OUTDATED):
            now = time.monotonic()
            if missing < fewest or fewest < 0:
                fewest, moved = missing, now
            if now - moved > _PATIENCE_SECONDS:
                raise TimeoutError(f"{missing} cases are not shown in Prefect, and nothing moves")
            if now - told > _TELL_SECONDS:
                tell(f"{missing} cases are not shown in Prefect yet")
                told = now
            time.sleep(0.25)

    def _number(self, question: TextClause) -> int:
        with self.desk.service.read() as connection:
            return int(connection.execute(question).scalar_one())


def measure(installation: Installation, figures: Figures, extent: Extent) -> None:
    """All figures of the whole system; the installation must hold no case yet."""
    with installation.running(*ALL), installation.service() as service:
        everything = Everything(installation, Desk(service))
        everything.wait_until_settled()
        tell(f"Idle without cases, {extent.idle_seconds:g} s")
        empty = everything.idle(extent.idle_seconds)
        for rate in RATES:
            _walk_at(rate, everything, figures, extent, idle=empty)
        _memory(everything, figures)
        _idle(everything, figures, extent, empty=empty)


def _walk_at(rate: int, everything: Everything, figures: Figures, extent: Extent, *, idle: float) -> None:
    wanted = max(len(APPROVALS), round(rate * extent.seconds_per_rate))
    cases = everything.desk.prepare(-(-wanted // len(APPROVALS)))
    everything.wait_until_shown()
    tell(f"{rate} decisions a second through HTTP, {wanted} decisions")
    before, began = everything.cpu(), time.monotonic()
    decisions = _walk(rate, everything, cases)
    spent, lasted = everything.cpu() - before, time.monotonic() - began
    _verify(everything, decisions)
    count = len(decisions)
    how = (
        f"answer of the decision until its flow run and task runs are read back from Prefect, {rate} a second"
    )
    lags = [each.shown_at - each.answered_at for each in decisions]
    figures.add_times(f"system.lag_ms.at_{rate}_per_second", lags, how, against="floor.decision_to_next_ms")
    how = f"POST until the answer is read, everything up, {rate} decisions a second"
    took = [each.took for each in decisions]
    name = f"system.decision_to_next_ms.at_{rate}_per_second"
    figures.add_times(name, took, how, against="floor.decision_to_next_ms")
    how = f"PostgreSQL, portal, worker and Prefect server at {rate} decisions a second until all are shown"
    beside = "floor.cpu_seconds_per_decision"
    for key, used, more in (
        ("cpu_seconds_per_decision", spent, "; their idling included"),
        ("cpu_seconds_per_decision_above_idle", spent - idle * lasted, "; less what they use idling"),
    ):
        name = f"system.{key}.at_{rate}_per_second"
        figures.add(name, used / count, "s", how + more, samples=count, against=beside)


def _walk(rate: int, everything: Everything, cases: list[int]) -> list[Decided]:
    """Decide at a steady rate, look between decisions what is shown; returns when all is."""
    desk, decide = everything.desk, everything.caller.deciding(everything.desk)
    with desk.service.read() as connection:
        sequences = {row.id: row.seq for row in connection.execute(_SEQUENCES, {"cases": cases})}
    decided: list[Decided] = []
    begin = time.monotonic()
    for step, opened in zip(APPROVALS, (*APPROVALS[1:], LAST_OPENED), strict=True):
        for case, todo in desk.open_todos(step, cases).items():
            _look_until(begin + len(decided) / rate, desk, decided)
            asked = time.monotonic()
            decide(step, todo)
            answered = time.monotonic()
            sequences[case] += 1
            decided.append(Decided(case, opened, sequences[case], answered, answered - asked))
    until = time.monotonic() + _PATIENCE_SECONDS
    while not all(each.shown_at for each in decided):
        _look_until(time.monotonic() + _LOOK_SECONDS, desk, decided)
        if time.monotonic() > until:
            raise TimeoutError("Prefect does not show all decisions")
    return decided


def _look_until(moment: float, desk: Desk, decided: list[Decided]) -> None:
    while True:
        pending = [each for each in decided if not each.shown_at]
        if pending:
            with desk.service.read() as connection:
                rows = connection.execute(_SHOWN, {"cases": [each.case for each in pending]})
                shown = {row.case_id: row.shown_seq for row in rows}
            now = time.monotonic()
            for each in pending:
                if shown.get(each.case, 0) >= each.seq:
                    each.shown_at = now
        left = moment - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, _LOOK_SECONDS))


def _verify(everything: Everything, decided: list[Decided]) -> None:
    """Ask Prefect itself: every opened step has its task run in the case's flow run."""
    with everything.desk.service.read() as connection:
        rows = connection.execute(_SHOWN, {"cases": [each.case for each in decided]})
        runs = {row.case_id: row.flow_run_id for row in rows}
    shown = asyncio.run(_task_keys(everything.installation.environment, sorted(set(runs.values()))))
    missing = [each for each in decided if f"{each.opened}:1" not in shown.get(runs[each.case], ())]
    if missing:
        raise RuntimeError(f"Prefect does not show {len(missing)} decisions, the first is {missing[0]}")


async def _task_keys(environment: dict[str, str], runs: list[UUID]) -> dict[UUID, set[str]]:
    settings = {name: environment[name.name] for name in (PREFECT_API_URL, PREFECT_API_AUTH_STRING)}
    found: dict[UUID, set[str]] = {}
    with temporary_settings(settings):
        async with get_client() as client:
            for run in runs:
                wanted = {"flow_runs": {"id": {"any_": [str(run)]}}}
                answer = await client._client.post("/task_runs/filter", json=wanted)
                answer.raise_for_status()
                found[run] = {row["dynamic_key"] for row in answer.json()}
    return found


def _memory(everything: Everything, figures: Figures) -> None:
    for name, process in everything.parts.items():
        how = "proportional set size after the walks, shared pages counted once"
        against = "floor.memory_mb"
        figures.add(f"system.memory_mb.{name}", memory_mb(process), "MB", how, samples=1, against=against)


def _idle(everything: Everything, figures: Figures, extent: Extent, *, empty: float) -> None:
    tell(f"{extent.waiting} waiting cases, then idle {extent.idle_seconds:g} s")
    stored = everything.stored()
    began = time.monotonic()
    for _ in range(extent.waiting):
        everything.desk.launch()
    everything.wait_until_shown()
    shown_in = time.monotonic() - began
    how = "launched one after the other and shown in Prefect, from the first launch until the last is shown"
    beside = "floor.launches_per_second"
    figures.add_rate(
        "system.cases_shown_per_second", extent.waiting, shown_in, "cases/s", how, against=beside
    )
    time.sleep(min(5.0, extent.idle_seconds))
    waiting = everything.idle(extent.idle_seconds)
    for key, value, what in (
        ("empty", empty, "all parts, no case"),
        ("waiting", waiting, f"all parts, {extent.waiting} waiting cases"),
        ("waiting_less_empty", waiting - empty, f"{extent.waiting} waiting cases less none"),
    ):
        how = f"processor time a second while nobody acts: {what}; {extent.idle_seconds:g} s each"
        name = f"system.idle_cpu_seconds_per_second.{key}"
        figures.add(name, value, "s/s", how, samples=1, against="floor.cpu_seconds_per_decision")
    _disk(everything, figures, before=stored, cases=extent.waiting)
    _all_due(everything, figures)


def _all_due(everything: Everything, figures: Figures) -> None:
    """Every armed rung falls due at once: the worker fires them, then Prefect catches up."""
    service = everything.desk.service
    with service.database.begin() as connection:
        due = connection.execute(_MAKE_DUE, {"now": service.now}).rowcount
    tell(f"{due} rungs due at once")
    began = time.monotonic()
    while everything._number(_STILL_DUE):
        time.sleep(0.25)
    fired = time.monotonic() - began
    everything.wait_until_shown()
    how = (
        f"{due} escalations due at once, all committed by the worker after {fired:.1f} s; until Prefect "
        "shows them"
    )
    figures.add("system.rungs_caught_up_seconds", time.monotonic() - began, "s", how, samples=due)


def _disk(everything: Everything, figures: Figures, *, before: dict[str, int], cases: int) -> None:
    """Last, because compacting both databases would show in every other figure."""
    grown = {name: (size - before[name]) / cases for name, size in everything.stored().items()}
    key, beside = "system.bytes_per_waiting_case", "floor.bytes_per_waiting_case"
    how = "growth of all tables and indexes (compacted) over waiting cases that Prefect shows"
    for name, value in {"": sum(grown.values()), **grown}.items():
        which = f", {name}'s database" if name else ", ours and Prefect's"
        figures.add(f"{key}.{name}".rstrip("."), value, "bytes", how + which, samples=cases, against=beside)
