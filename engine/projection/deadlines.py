"""The table of a case's time limits 时限, and the word for how pressing they are."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.clocks.reckoning import start_from, unit_of
from engine.law import Law
from engine.projection.snapshot import CaseSeen, ClockSeen
from rules.periods import Unit
from rules.remaining import remaining, true_until

_PRESSING = ("due-soon", "overdue", "escalated")
_STAGES = {
    "running": "计时中 running",
    "due-soon": "临近到期 due soon",
    "overdue": "已逾期 overdue",
    "escalated": "已升级督办 escalated",
}


def stage_of(case: CaseSeen) -> str:
    """How pressing the most pressing running limit is; empty while none is."""
    stages = {clock.stage for clock in case.clocks if clock.closed_at is None}
    return next((stage for stage in reversed(_PRESSING) if stage in stages), "")


def end_of(clock: ClockSeen) -> tuple[str, str]:
    """How a limit ended, English and Chinese."""
    if clock.closed_because == "met":
        return ("met late", "逾期办结") if clock.met_late else ("met", "按期办结")
    if clock.closed_because == "lapsed":
        return f"lapsed by {clock.silence}", f"期满，依{clock.silence}"
    return {"arrived": ("arrived", "期限已到"), "stopped": ("stopped", "不再计算")}[clock.closed_because]


def due_of(clock: ClockSeen, timezone: str) -> tuple[str, str]:
    """The end of a limit in short, English and Chinese; empty where it is not known."""
    if clock.due_on is None or clock.late_from is None:
        return "", ""
    on, hour = clock.due_on, _hour(clock.late_from, timezone)
    return f"{on}{hour and f' {hour}'}", f"{on.month}月{on.day}日{hour}"


def deadlines(case: CaseSeen, law: Law, now: datetime) -> list[dict[str, Any]]:
    """时限表: what, by which article, from when, until when, how much is left, what became of it."""
    return [_row(clock, law, now) for clock in case.clocks]


def deadlines_true_until(case: CaseSeen, law: Law, now: datetime) -> datetime | None:
    """Until when the table is true though nothing happens; ``None``: for good."""
    running = [clock for clock in case.clocks if clock.closed_at is None]
    return min(
        (
            true_until(_unit(clock, law), clock.late_from, now=now, timezone=law.calendar.timezone)
            for clock in running
            if clock.late_from is not None
        ),
        default=None,
    )


def _row(clock: ClockSeen, law: Law, now: datetime) -> dict[str, Any]:
    zone, title, unit = law.calendar.timezone, clock.title, _unit(clock, law)
    what = f"{title['zh']} {title['en']}"
    left, as_of = "", ""
    if clock.closed_at is None and clock.due_on is not None and clock.late_from is not None:
        found = remaining(unit, clock.due_on, clock.late_from, now=now, calendar=law.calendar)
        left, as_of = f"{found.zh} {found.en}", _local(now, zone)
        if unit is not Unit.RUNNING_HOURS:
            as_of = as_of.split()[0]
    return {
        "时限 What": (f"环节 step: {what}" if clock.step else what)
        + (f"（第{clock.round}次）" if clock.round > 1 else ""),
        "依据 Article": clock.basis,
        "截止 Due": _due(clock, zone),
        "剩余 Remaining": left,
        "状态 State": _state(clock, zone),
        "截至 As of": as_of,
        "起算 Start": _start(clock, zone),
    }


def _unit(clock: ClockSeen, law: Law) -> Unit:
    return unit_of(start_from(clock.starts[clock.governing]), law)


def _start(clock: ClockSeen, timezone: str) -> str:
    start = start_from(clock.starts[clock.governing])
    at = _local(start.at, timezone) if isinstance(start.at, datetime) else start.at
    return f"{start.zh} {start.en} {at}"


def _due(clock: ClockSeen, timezone: str) -> str:
    if clock.due_on is None:
        return "" if clock.closed_at else "不计入期间 not being counted"
    return due_of(clock, timezone)[0] + ("（暂定 provisional）" if clock.provisional else "")


def _state(clock: ClockSeen, timezone: str) -> str:
    if clock.closed_at is None:
        return _STAGES[clock.stage]
    en, zh = end_of(clock)
    return f"{zh} {en} {_local(clock.closed_at, timezone)}"


def _hour(late_from: datetime, timezone: str) -> str:
    """The time of the day of a limit that does not end with its day."""
    said = f"{late_from.astimezone(ZoneInfo(timezone)):%H:%M}"
    return "" if said == "00:00" else said


def _local(at: datetime, timezone: str) -> str:
    return at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")
