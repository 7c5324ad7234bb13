"""A time limit drawn: one line for each start, from its first day to its end, with today and what is called
to mind on the way. Places are shares of the width, so the picture fits a phone and a sheet of paper.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.reading import ClockView
from rules.due import Reason

_KINDS = {
    Reason.COUNTED: "counted",
    Reason.MAKE_UP: "counted",
    Reason.MOVED: "counted",
    Reason.WEEKEND: "off",
    Reason.HOLIDAY: "off",
    Reason.NOT_COUNTED: "out",
}
_SIDES = ("start", "middle", "end")
_A_DAY = timedelta(1)


@dataclass(frozen=True)
class Stretch:
    """Time of one kind: zero (the day of the event), gone (before a restart), counted, off, out (not
    counted by an act), late.
    """

    kind: str
    x: str
    width: str


@dataclass(frozen=True)
class Mark:
    """A moment: ``side`` is where its words stand so that they are not cut off."""

    at: datetime
    x: str
    side: str


@dataclass(frozen=True)
class Lane:
    """What one start comes to; ``due`` is null while time is not counted."""

    governs: bool
    stretches: list[Stretch]
    due: Mark | None


@dataclass(frozen=True)
class Tick:
    """When the limit was, or will be, called to mind."""

    x: str
    fired: bool
    kind: str


@dataclass(frozen=True)
class Picture:
    """All of it. ``today`` is null once the limit ended, ``ended`` until it has."""

    lanes: list[Lane]
    start: Mark
    due: Mark | None
    today: Mark | None
    ended: Mark | None
    ticks: list[Tick]


def picture_of(clock: ClockView, now: datetime, timezone: str) -> Picture:
    """The picture of a limit as it is now."""
    zone = ZoneInfo(timezone)
    until = clock.closed_at or now
    drawn = [_stretches(start, until, zone) for start in clock.reckoned]
    axis = _Axis([*(end for lane in drawn for _, *ends in lane for end in ends), until])
    due = axis.mark(clock.late_from) if clock.late_from else None
    return Picture(
        lanes=[
            Lane(
                start["governs"],
                axis.stretches(lane),
                axis.mark(start["late_from"]) if start["late_from"] else None,
            )
            for start, lane in zip(clock.reckoned, drawn, strict=True)
        ],
        start=axis.mark(axis.first),
        due=due,
        today=None if clock.closed_at else axis.mark(now),
        ended=axis.mark(clock.closed_at) if clock.closed_at else None,
        ticks=[
            Tick(axis.x(rung.fired_at or rung.due_at), rung.fired_at is not None, rung.kind)
            for rung in clock.rungs
            if axis.shows(rung.fired_at or rung.due_at)
        ],
    )


_Kept = tuple[str, datetime, datetime]


def _stretches(start: dict[str, Any], until: datetime, zone: ZoneInfo) -> list[_Kept]:
    """What one start is made of, in its order."""
    days = [_day(day, zone) for day in start["days"]]
    zero = start["restarted"]["at"] if start["restarted"] else start["start"]
    found: list[_Kept] = []
    if start["restarted"]:
        found.append(("gone", _instant(start["start"], zone), _instant(zero, zone)))
    if not isinstance(zero, datetime):
        found.append(("zero", _instant(zero, zone), _instant(zero + _A_DAY, zone)))
    found += days
    late_from = start["late_from"]
    if late_from is None:  # time is not counted, and has not been since the days end
        found.append(("out", max((end for *_, end in found), default=_instant(zero, zone)), until))
    elif start["governs"]:
        found.append(("late", late_from, until))
    return sorted((kept for kept in _joined(found) if kept[1] < kept[2]), key=lambda kept: kept[1])


def _day(day: dict[str, Any], zone: ZoneInfo) -> _Kept:
    kind = _KINDS[day["reason"]]
    if "since" in day:
        return kind, day["since"], day["until"]
    return kind, _instant(day["date"], zone), _instant(day["date"] + _A_DAY, zone)


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), tzinfo=zone)


def _joined(stretches: Iterable[_Kept]) -> list[_Kept]:
    """Days of one kind beside each other are one stretch."""
    joined: list[_Kept] = []
    for kind, since, until in stretches:
        if joined and joined[-1][0] == kind and joined[-1][2] == since:
            joined[-1] = kind, joined[-1][1], until
        else:
            joined.append((kind, since, until))
    return joined


class _Axis:
    """From the first moment to the last, in shares of the width."""

    def __init__(self, moments: list[datetime]) -> None:
        self.first, last = min(moments), max(moments)
        self._span = max(last - self.first, timedelta(seconds=1))

    def x(self, at: datetime) -> str:
        return f"{self._share(at):.2f}%"

    def shows(self, at: datetime) -> bool:
        return 0 <= self._share(at) <= 100

    def mark(self, at: datetime) -> Mark:
        return Mark(at, self.x(at), _SIDES[min(2, max(0, int(self._share(at) * 3 / 100)))])

    def stretches(self, kept: list[_Kept]) -> list[Stretch]:
        return [
            Stretch(kind, self.x(since), f"{(until - since) / self._span * 100:.2f}%")
            for kind, since, until in kept
        ]

    def _share(self, at: datetime) -> float:
        return (at - self.first) / self._span * 100
