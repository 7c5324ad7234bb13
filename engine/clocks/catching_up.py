"""Open clocks against the law of the moment: where an import moved their date they are reckoned again.

The imported law is committed first and its revision is newer than what the clocks were reckoned under; so
whoever comes next, at whatever time, finds what is left. Dates that stay are only marked, many at once.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, func, select, text, update

from engine.clocks.keeping import open_clocks, told_of
from engine.clocks.moving import LAW, move_clock
from engine.clocks.reckoning import reckoned, start_from
from engine.law import REVISION, Law, law_of
from engine.service import Service
from engine.work import work_on_case
from models import Case, Clock, ClockAct

log = structlog.get_logger(__name__)

PAGE = 500
TOGETHER = 10
"""Cases in one transaction: a commit is dear, and whoever decides on one of them waits for it."""

_clock, _act, _cases = Clock.__table__, ClockAct.__table__, Case.__table__

_STALE = (
    select(_clock)
    .where(_clock.c.closed_at.is_(None), _clock.c.law_revision < bindparam("revision"))
    .order_by(_clock.c.id)
    .limit(PAGE)
)
_LEFT = (
    select(func.count())
    .select_from(_clock)
    .where(_clock.c.closed_at.is_(None), _clock.c.law_revision < bindparam("revision"))
)
_ACTS = (
    select(_act)
    .where(_act.c.clock_id.in_(bindparam("clocks", expanding=True)), _act.c.granted)
    .order_by(_act.c.id)
)
_STAYS = (
    update(_clock)
    .where(
        _clock.c.id == bindparam("clock"),
        _clock.c.closed_at.is_(None),
        _clock.c.law_revision == bindparam("before"),
    )
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("law_revision", "governing", "basis", "due_on", "late_from", "provisional")
        }
    )
)


@dataclass(frozen=True)
class Moved:
    """A limit whose date an import moved: its last day, and from when it is missed; no day: not known yet."""

    number: str
    title: dict[str, str]
    before: date | None
    after: date | None
    late_before: datetime | None
    late_after: datetime | None


def _unreported(_case_id: int) -> None:
    """The log has it."""


def catch_up_with_law(service: Service, on_spoilt: Callable[[int], None] = _unreported) -> int:
    """Reckon up to a page of stale clocks again. Returns how many; zero: nothing is left that can be.

    Args:
        on_spoilt: told the case of a clock that cannot be reckoned; it keeps no other from being.
    """
    with service.read() as connection:
        revision = int(connection.execute(select(REVISION)).scalar_one())
        stale = connection.execute(_STALE, {"revision": revision}).all() if revision else []
        if not stale:
            return 0
        law = law_of(connection, service.settings.timezone, revision)
        moved, staying, spoilt = _sorted(connection, stale, law)
    for case_id in spoilt:
        on_spoilt(case_id)
    if staying:
        with service.database.begin() as connection:
            connection.execute(_STAYS, staying)
    cases = sorted({clock.case_id for clock in moved})
    for start in range(0, len(cases), TOGETHER):
        _reckon_cases(service, cases[start : start + TOGETHER])
    if moved:
        log.info("limits-moved", clocks=len(moved), law=revision)
    return len(moved) + len(staying)


_Sorted = tuple[list[Any], list[dict[str, Any]], list[int]]


def _sorted(connection: Connection, stale: Sequence[Any], law: Law) -> _Sorted:
    """Those whose date moves, what is written of those whose date stays, and the cases of those spoilt."""
    acts = defaultdict(list)
    for act in connection.execute(_ACTS, {"clocks": [clock.id for clock in stale]}):
        acts[act.clock_id].append(act)
    moved, staying, spoilt = [], [], []
    for clock in stale:
        try:
            made = reckoned([start_from(start) for start in clock.starts], acts[clock.id], law)
        except Exception as error:  # whatever is wrong with this one, the others have their dates
            log.error("limit-not-reckoned", clock=clock.id, error=type(error).__name__)
            spoilt.append(clock.case_id)
            continue
        values = told_of(made, law)
        if (values["due_on"], values["late_from"]) != (clock.due_on, clock.late_from):
            moved.append(clock)
        else:
            new = {f"new_{name}": value for name, value in values.items()}
            staying.append({"clock": clock.id, "before": clock.law_revision, **new})
    return moved, staying, spoilt


def _reckon_cases(service: Service, case_ids: list[int]) -> None:
    """In the order of their ids, as everyone who locks more than one case must."""
    with service.database.begin() as connection:
        for case_id in case_ids:
            work = work_on_case(service, connection, case_id, channel="clock")
            moved = sum(move_clock(work, clock, LAW) for clock in open_clocks(connection, case_id))
            if moved:
                work.finish()


def moved_by(connection: Connection, revision: int) -> list[Moved]:
    """What a revision of the law moved so far, from the ledger."""
    rows = connection.execute(_MOVED, {"revision": revision})
    return [
        Moved(
            row.number,
            row.title,
            _day(row.before),
            _day(row.due),
            _instant(row.late_before),
            _instant(row.late_from),
        )
        for row in rows
    ]


def left_to_reckon(connection: Connection, revision: int) -> int:
    """How many open clocks are still of an older law than that revision."""
    return int(connection.execute(_LEFT, {"revision": revision}).scalar_one())


def _day(said: str | None) -> date | None:
    return None if said is None else date.fromisoformat(said)


def _instant(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said).astimezone(UTC)


_MOVED = text(
    """
    SELECT c.number, k.title, e.data->>'before' AS before, e.data->>'due' AS due,
           e.data->>'late_before' AS late_before, e.data->>'late_from' AS late_from
      FROM ledger_entry e
      JOIN cases c ON c.id = e.chain
      JOIN clock k ON k.case_id = c.id AND k.key || ':' || k.round = e.step
     WHERE e.action = 'clock-moved' AND e.data->>'why' = 'law' AND (e.data->>'law')::bigint = :revision
     ORDER BY e.chain, e.seq
    """
)
