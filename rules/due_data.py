"""A due date as plain data, for the API and ``--json``. The keys are a promise."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.due import Day, Due
from rules.explaining import DAY_ZERO, LAST_DAY, day_lines, summary
from rules.moments import Moment
from rules.periods import RunningHours


def as_data(due: Due) -> dict[str, Any]:
    """All of it, with the explanation's words in both languages. Instants are on the organ's clock."""
    zone = ZoneInfo(due.timezone)
    late_from = None if due.late_from is None else due.late_from.astimezone(zone)
    in_hours = isinstance(due.term.period, RunningHours)
    lines = zip(due.days, day_lines(due), day_lines(due, "en"), strict=True)
    return {
        "due": late_from if in_hours else due.on,
        "late_from": late_from,
        "provisional": due.provisional,
        "uncovered_years": due.uncovered,
        "changeable_years": due.changeable,
        "start": _local(due.start, zone),
        "unit": due.term.period.unit,
        "number": due.term.period.number,
        "before": due.term.before,
        "extendable_by": due.term.extension and due.term.extension.number,
        "basis": due.term.basis and str(due.term.basis),
        **_acts(due, zone),
        "counting": [str(DAY_ZERO), str(LAST_DAY)],
        "summary": {"zh": summary(due), "en": summary(due, "en")},
        "days": [{**_day(day, zone), "zh": zh, "en": en} for day, zh, en in lines],
    }


def _acts(due: Due, zone: ZoneInfo) -> dict[str, Any]:
    """What happened to the clock."""
    course = due.course
    restart, extension = course.restart, course.extension
    return {
        "restarted": restart and {"at": _local(course.zero, zone), "basis": str(restart)},
        "not_counted": [
            {
                "since": _local(pause.since, zone),
                "until": None if pause.until is None else _local(pause.until, zone),
                "basis": str(pause.basis),
            }
            for pause in course.pauses
        ],
        "extended": extension and {"number": extension.by.number, "basis": str(extension.basis)},
    }


def _local(moment: Moment, zone: ZoneInfo) -> Moment:
    return moment.astimezone(zone) if isinstance(moment, datetime) else moment


def _day(day: Day, zone: ZoneInfo) -> dict[str, Any]:
    said: dict[str, Any] = {
        "date": day.on,
        "counted": day.counted,
        "number": day.number,
        "reason": day.reason,
        "holiday": None if day.name is None else {"zh": day.name.zh, "en": day.name.en},
        "basis": None if day.basis is None else str(day.basis),
    }
    if day.since is not None and day.until is not None:
        said |= {
            "since": day.since.astimezone(zone),
            "until": day.until.astimezone(zone),
            "minutes": (day.until - day.since).total_seconds() / 60,
        }
    return said
