"""What may happen to a running clock, as values, and what all of it together makes of the clock.

The three are different in law. *Not counted*: time spent consulting others does not belong to the period
(政府信息公开条例第33条第3款). *Restarted*: the period begins anew, as when a correction is received (第30条).
*Extended*: once, no further than the rule allows (第33条第2款). They are kept as what they are, never as a
moved date, so the date is the same in whatever order they are told and whenever it is reckoned.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from rules.citation import Citation
from rules.errors import ExtensionRefused, InvalidInput
from rules.moments import Moment
from rules.periods import Period
from rules.terms import Term

M = TypeVar("M", date, datetime)


class ActKind(StrEnum):
    """The three by name."""

    NOT_COUNTED = "not-counted"
    RESTARTED = "restarted"
    EXTENDED = "extended"

    @property
    def chinese(self) -> str:
        """As people say it."""
        return _NAMES[self][0]

    @property
    def english(self) -> str:
        """In English."""
        return _NAMES[self][1]


_NAMES = {
    ActKind.NOT_COUNTED: ("不计入期限", "time not counted"),
    ActKind.RESTARTED: ("重新起算", "restart"),
    ActKind.EXTENDED: ("延长期限", "extension"),
}


@dataclass(frozen=True, slots=True)
class NotCounted:
    """不计入: the day it began still counts, those after it up to its end do not. Without an end it lasts.

    Hours are left out from instant to instant.
    """

    since: Moment
    until: Moment | None
    basis: Citation


@dataclass(frozen=True, slots=True)
class Restarted:
    """重新起算: this is the new day zero. Of several the last one governs."""

    at: Moment
    basis: Citation


@dataclass(frozen=True, slots=True)
class Extended:
    """延长: so much is added to the period, whichever start governs."""

    by: Period
    basis: Citation


Act = NotCounted | Restarted | Extended


@dataclass(frozen=True, slots=True)
class Pause(Generic[M]):
    """A stretch that is not counted, in the unit's own moments."""

    since: M
    until: M | None
    basis: Citation


@dataclass(frozen=True, slots=True)
class Course(Generic[M]):
    """A clock after all that happened to it: where it starts, how much it counts, what it leaves out."""

    zero: M
    number: int
    pauses: tuple[Pause[M], ...]
    restart: Citation | None
    """By which provision it starts at ``zero`` and not at the event."""
    extension: Extended | None


def course_of(term: Term, start: M, acts: Iterable[Act], read: Callable[[Moment, str], M]) -> Course[M]:
    """All acts together; their order makes no difference.

    Raises:
        InvalidInput: an act before the start, a stretch that ends before it began, an act on a
            period counted back.
        ExtensionRefused: a second extension, another unit, further than the rule allows.
    """
    pauses: list[Pause[M]] = []
    restarts: list[tuple[M, Citation]] = []
    extensions: list[Extended] = []
    for act in acts:
        if term.before:
            why = "向前倒计的期限不能扣除、重新起算或延长", "a period counted back takes no acts"
            raise InvalidInput(field="acts", why_zh=why[0], why_en=why[1])
        match act:
            case NotCounted(since, until, basis):
                ended = None if until is None else read(until, "until")
                pauses.append(_pause(Pause(read(since, "since"), ended, basis)))
            case Restarted(at, basis):
                restarts.append((read(at, "at"), basis))
            case Extended():
                extensions.append(act)
    zero, restart = start, None
    if restarts:
        if any(at < start for at, _ in restarts):
            why = "重新起算不能早于起算事件", "a period cannot restart before it started"
            raise InvalidInput(field="at", why_zh=why[0], why_en=why[1])
        zero, restart = max(restarts, key=lambda told: (told[0], str(told[1])))
    extension = _the_one(extensions, term)
    number = term.period.number + (extension.by.number if extension else 0)
    return Course(zero, number, tuple(sorted(pauses, key=_in_order)), restart, extension)


def _in_order(pause: Pause[M]) -> tuple[M, bool, M, str]:
    return pause.since, pause.until is None, pause.until or pause.since, str(pause.basis)


def _pause(pause: Pause[M]) -> Pause[M]:
    if pause.until is not None and pause.until < pause.since:
        why = "不计入的时间，结束早于开始", "a stretch that is not counted ends before it began"
        raise InvalidInput(field="until", why_zh=why[0], why_en=why[1])
    return pause


def _the_one(extensions: list[Extended], term: Term) -> Extended | None:
    if not extensions:
        return None
    first, *others = extensions
    if others:
        raise ExtensionRefused(why_zh="期限只能延长一次", why_en="a period is extended once")
    most = term.extension
    if most is None:
        raise ExtensionRefused(
            why_zh="该时限没有可以延长的规定", why_en="nothing allows this period to be extended"
        )
    if type(first.by) is not type(most):
        raise ExtensionRefused(
            why_zh=f"延长须以同一单位计算（最长{most.zh}）",
            why_en=f"an extension is in the same unit (at most {most.en})",
        )
    if first.by.number > most.number:
        raise ExtensionRefused(why_zh=f"延长最长{most.zh}", why_en=f"the most is {most.en}")
    return first
