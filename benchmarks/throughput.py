"""Eight clients at once: decisions and launches per second, processor time, and bytes a waiting case takes.

Every client is a process of its own with one connection, as the workers of a deployment are: threads of one
process would measure Python's lock. The hand-written floor has its turns in the same processes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from benchmarks.calling import Caller
from benchmarks.cases import APPROVALS, Desk
from benchmarks.clients import CLIENTS, Burst, Clients
from benchmarks.figures import Figures
from benchmarks.floor import ByHand, HandCase
from benchmarks.installation import Installation, driver_url, tell
from benchmarks.processes import cpu_seconds
from benchmarks.storage import stored_bytes
from benchmarks.template import Template
from engine.service import service_from_environment

_FLOOR_BESIDE = {"engine": "floor", "http": "floor.beside_http"}


@dataclass(frozen=True)
class Extent:
    """How many bursts, of how many decisions a client; how many launched cases are left waiting."""

    bursts: int
    items: int
    waiting: int


class Worker:
    """A client process: it decides or launches in the way it is told."""

    def __init__(self, environment: dict[str, str], template: Template, tokens: dict[str, str]) -> None:
        self.desk = Desk(service_from_environment(pool_size=1))
        self.by_hand = ByHand(driver_url(environment), template)
        self.caller = Caller(environment["GONGKAI_BASE_URL"], tokens)
        self.cases: list[int] = []
        self.hand_cases: list[HandCase] = []
        self.launches = 0

    def prepare(self, kind: str, items: int) -> None:
        """Cases that wait for their first approval, four decisions each."""
        cases = -(-items // len(APPROVALS))
        if kind in ("launch", "launch by hand"):
            self.launches = items
        elif kind == "floor":
            self.hand_cases = [self.by_hand.launch() for _ in range(cases)]
            for case in self.hand_cases:
                self.by_hand.decide(case)
        else:
            self.cases = self.desk.prepare(cases)

    def work(self, kind: str) -> Iterator[None]:
        """One decision or launch per step of the iteration."""
        if kind in ("launch", "launch by hand"):
            act = self.desk.launch if kind == "launch" else self.by_hand.launch
            for _ in range(self.launches):
                act()
                yield
            return
        decide = self.caller.deciding(self.desk) if kind == "http" else self.desk.decide
        for step in APPROVALS:
            if kind == "floor":
                for case in self.hand_cases:
                    self.by_hand.decide(case)
                    yield
            else:
                for todo in self.desk.open_todos(step, self.cases).values():  # one question per step
                    decide(step, todo)
                    yield


def clients(installation: Installation, template: Template, tokens: dict[str, str]) -> Clients:
    """Eight of them; use as a context manager."""
    environment = installation.environment
    return Clients(Worker, environment, template, tokens, environment=environment)


def measure_decisions(
    kind: str, workers: Clients, servers: list[psutil.Process], figures: Figures, extent: Extent
) -> None:
    """Decisions per second of the engine or through HTTP, in turns with the hand-written floor."""
    each_burst = f"{extent.bursts} × {extent.items * CLIENTS} decisions"
    tell(f"Eight clients: {kind} and hand-written transaction in turns, {each_burst} each")
    done: dict[str, list[Burst]] = {kind: [], "floor": []}
    spent = dict.fromkeys(done, 0.0)
    for _ in range(extent.bursts):
        for each, bursts_done in done.items():
            workers.prepare(each, extent.items)
            before = cpu_seconds(servers)
            burst = workers.burst(each)
            spent[each] += cpu_seconds(servers) - before + burst.client_cpu_seconds
            bursts_done.append(burst)
    floor = _FLOOR_BESIDE[kind]
    for each, name, beside in (("floor", floor, ""), (kind, kind, floor)):
        items = sum(burst.items for burst in done[each])
        seconds = sum(burst.seconds for burst in done[each])
        how = "8 client processes with one connection each, all busy, everything on one machine"
        key = "decisions_per_second"
        figures.add_rate(
            f"{name}.{key}", items, seconds, "decisions/s", how, against=beside and f"{beside}.{key}"
        )
        how = "processor time of clients and servers, PostgreSQL included, over the decisions of that run"
        key, used = "cpu_seconds_per_decision", spent[each] / sum(burst.all_items for burst in done[each])
        figures.add(f"{name}.{key}", used, "s", how, samples=items, against=beside and f"{beside}.{key}")


def measure_launches(workers: Clients, installation: Installation, figures: Figures, extent: Extent) -> None:
    """Launches per second, and what the database grows by; leaves the waiting cases of each kind behind."""
    tell(f"Eight clients: {extent.waiting} launches")
    each = -(-extent.waiting // CLIENTS)
    for kind, name, beside in (("launch by hand", "floor", ""), ("launch", "engine", "floor")):
        workers.prepare(kind, each)
        before = stored_bytes(installation)
        burst = workers.burst(kind)
        grown = (stored_bytes(installation) - before) / (each * CLIENTS)
        how = "8 client processes; the drafter's to-do is open when a launch returns"
        key = "launches_per_second"
        figures.add_rate(
            f"{name}.{key}",
            burst.items,
            burst.seconds,
            "cases/s",
            how,
            against=beside and f"{beside}.{key}",
        )
        how = "growth of all tables and indexes (compacted) over waiting cases, each with its draft"
        key = "bytes_per_waiting_case"
        figures.add(
            f"{name}.{key}", grown, "bytes", how, samples=each * CLIENTS, against=beside and f"{beside}.{key}"
        )
