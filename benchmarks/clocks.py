"""Ten thousand running time limits: what they cost while nothing is due, and when everything is at once.

Measured on the cases the pages were measured with; each has one armed clock, its open step's own.
"""

import time
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Event, Thread
from typing import Any

import psutil
from sqlalchemy import insert, text

from benchmarks.cases import APPROVALS, Desk
from benchmarks.figures import Figures
from benchmarks.installation import Installation, tell
from benchmarks.processes import cpu_seconds
from engine.clocks.catching_up import catch_up_with_law
from engine.clocks.explaining import explanation
from engine.clocks.firing import fire_due
from engine.clocks.reckoning import Start, reckoned
from engine.clocks.service import ClockService
from engine.law import law_of
from engine.service import Service
from models import LawChange
from rules.working_calendar import WorkingCalendar

_DECISION, _CPU = "floor.decision_to_next_ms", "floor.cpu_seconds_per_decision"
_ARMED = text("SELECT count(*) FROM rung WHERE fired_at IS NULL")
_ALL_DUE = text(
    "UPDATE rung SET kind = 'escalate', place = 1, due_at = :now WHERE fired_at IS NULL"
    " AND kind IN ('remind', 'overdue')"
)
_DUE = text("SELECT count(*) FROM rung WHERE fired_at IS NULL AND due_at <= :now")
_ESCALATED = text("SELECT count(*) FROM assignment WHERE rung_id IS NOT NULL")
_MOVED = text("SELECT count(*) FROM clock WHERE closed_at IS NULL AND moves > 0")


@dataclass(frozen=True)
class Extent:
    """How long it idles; how many times a date is explained."""

    idle_seconds: float
    explained: int


def measure(
    installation: Installation, desk: Desk, postgres: psutil.Process, figures: Figures, extent: Extent
) -> None:
    """All figures, on whatever open cases there are."""
    service = desk.service
    cases = desk.prepare(10)
    armed = _number(service, _ARMED)
    tell(f"{armed:,} armed clocks")
    _idle(service, postgres, figures, armed, extent.idle_seconds)
    _explain(service, figures, extent.explained)
    _reckon_again(service, figures)
    _fire(installation, desk, figures, cases)


def _idle(service: Service, postgres: psutil.Process, figures: Figures, armed: int, seconds: float) -> None:
    clocks = ClockService(service)
    while clocks.run():
        pass
    before, used, began = cpu_seconds([postgres]), time.process_time(), time.monotonic()
    while time.monotonic() - began < seconds:
        if not clocks.run():
            time.sleep(clocks.sleep_seconds())
    lasted = time.monotonic() - began
    spent = time.process_time() - used + cpu_seconds([postgres]) - before
    how = f"processor time of the clock service and of PostgreSQL a second, nothing due for {lasted:.0f} s"
    figures.add("clocks.idle_cpu_seconds_per_second", spent / lasted, "s/s", how, samples=armed, against=_CPU)


def _explain(service: Service, figures: Figures, times: int) -> None:
    """The two starts of a publication, twenty working days each, in words, over the longest holiday."""
    with service.read() as connection:
        law = law_of(connection, service.settings.timezone)
    starts = [
        Start("publication", "印发之日", "date of issue", date(2026, 2, 10)),
        Start("publication-from-formation", "成文之日", "date of formation", date(2026, 2, 9)),
    ]
    took = []
    for _ in range(times):
        began = time.perf_counter()
        explanation(reckoned(starts, (), law))
        took.append(time.perf_counter() - began)
    how = "20 working days from two starts reckoned, every day explained in words"
    figures.add_times("clocks.explain_ms", took, how, against=_DECISION)


def _reckon_again(service: Service, figures: Figures) -> None:
    """An import that moves every one of them: the next working day becomes a day off."""
    _import_day_off(service)
    began, count = time.monotonic(), 0
    while done := catch_up_with_law(service):
        count += done
    lasted = time.monotonic() - began
    moved = _number(service, _MOVED)
    how = f"all open clocks reckoned under an imported calendar, {moved:,} dates moved, one process"
    figures.add("clocks.recompute_seconds", lasted, "s", how, samples=count)


def _import_day_off(service: Service) -> None:
    calendar = WorkingCalendar(timezone=service.settings.timezone)
    on = service.today + timedelta(1)
    while not calendar.day(on).works:
        on += timedelta(1)
    year = on.year
    table = {
        "year": year,
        "papers": ["bench"],
        "days": [
            {"name": "bench", "date": on.isoformat(), "is_off_day": True},
            {"name": "bench", "date": f"{year}-01-04", "is_off_day": False},
        ],
    }
    with service.database.begin() as connection:
        person = connection.execute(text("SELECT min(id) FROM person")).scalar_one()
        connection.execute(
            insert(LawChange.__table__).values(
                kind="calendar", key=str(year), content=table, imported_by=person, imported_at=service.now
            )
        )


def _fire(installation: Installation, desk: Desk, figures: Figures, cases: list[int]) -> None:
    service, now = desk.service, desk.service.now
    with service.database.begin() as connection:
        connection.execute(_ALL_DUE, {"now": now})
    due, before = _number(service, _DUE, now=now), _number(service, _ESCALATED)
    tell(f"{due:,} rungs due at once, decisions meanwhile")
    ended = Event()
    with installation.service() as other:
        began = time.monotonic()
        firing = Thread(target=_fire_all, args=(other, now, ended))
        firing.start()
        took = _decide_meanwhile(desk, cases, ended)
        firing.join()
        lasted = time.monotonic() - began
    left = _number(service, _DUE, now=now)
    if left:
        raise RuntimeError(f"{left} rungs did not fire")
    asked = _number(service, _ESCALATED) - before
    how = (
        f"escalations due at once until all are committed: {asked:,} to-dos for superiors, their messages "
        "and those of the holders queued; one thread, decisions in another meanwhile"
    )
    figures.add("clocks.all_due_seconds", lasted, "s", how, samples=due)
    how = "decision until the next to-do is open, in the same process, while all the rungs fire"
    figures.add_times("clocks.decision_to_next_ms.meanwhile", took, how, against=_DECISION)


def _fire_all(service: Service, now: Any, ended: Event) -> None:
    at_once = replace(service, time=lambda: now)
    while fire_due(at_once).rungs:
        pass
    ended.set()


def _decide_meanwhile(desk: Desk, cases: list[int], ended: Event) -> list[float]:
    """A decision now and then, as long as rungs fire and cases wait."""
    took: list[float] = []
    for step in APPROVALS:
        for case, todo in desk.open_todos(step, cases).items():
            if ended.is_set():
                return took
            began = time.perf_counter()
            desk.decide(step, todo)
            desk.open_todos(APPROVALS[min(APPROVALS.index(step) + 1, len(APPROVALS) - 1)], [case])
            took.append(time.perf_counter() - began)
            time.sleep(0.05)
    return took


def _number(service: Service, question: Any, **values: Any) -> int:
    with service.read() as connection:
        return int(connection.execute(question, values).scalar_one())
