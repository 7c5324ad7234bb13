"""A case's own clocks, as a procedure starts and stops them: effects settled inside advance."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from engine.clocks.keeping import end_clock, open_clocks, plan, start_clock
from engine.clocks.reckoning import start_from
from engine.outcomes import Done
from engine.work import Work
from models import Clock
from rules.ladder import Ending

_clock = Clock.__table__


def start_case_clock(work: Work, arguments: dict[str, Any]) -> Done:
    """Arm a clock of the case. A running one of the same key goes on: it is the same duty.

    Raises:
        NoRuleInForce: no such number on the day of a start.
    """
    key = arguments["clock"]
    running = _running(work, key)
    if running is None:
        armed = plan(
            work,
            key=key,
            title=arguments["title"],
            starts=[start_from(start) for start in arguments["starts"]],
            ladder=arguments["ladder"],
            ending=Ending(arguments["ending"]),
        )
        running = start_clock(work, armed)
    due = running.due_on
    return Done({"clock": key, "due": due and due.isoformat(), "provisional": running.provisional})


def stop_case_clock(work: Work, arguments: dict[str, Any]) -> Done:
    """End a clock of the case: met by what happened ``at``, or stopped because the duty is gone."""
    key, at = arguments["clock"], arguments["at"]
    running = _running(work, key)
    if running is None:
        return Done({"clock": key, "running": False})
    because = "met" if arguments["met"] else "stopped"
    late = end_clock(work, running, because, at=_instant(work, at) if at else None)
    return Done({"clock": key, "running": True, "late": late})


def has_arrived(work: Work, key: str) -> bool:
    """Whether the time a wait is for has come already."""
    come = exists().where(
        _clock.c.case_id == work.case.id, _clock.c.key == key, _clock.c.closed_because == "arrived"
    )
    return bool(work.connection.execute(select(come & (_running(work, key) is None))).scalar_one())


def _instant(work: Work, at: str) -> datetime:
    """An instant, or the start of the organ's day."""
    if "T" in at:
        return datetime.fromisoformat(at)
    return datetime.combine(date.fromisoformat(at), time(), ZoneInfo(work.timezone))


def _running(work: Work, key: str) -> Any | None:
    return next((clock for clock in open_clocks(work.connection, work.case.id) if clock.key == key), None)
