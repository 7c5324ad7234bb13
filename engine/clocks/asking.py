"""What may be asked of a running time limit: checked here when it is asked, and again when it is granted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.clocks.keeping import granted_acts, open_clocks
from engine.clocks.reckoning import Reckoned, StoredAct, reckoned, start_from
from engine.decisions.checks import claimed_intake, refuse_told_secret
from engine.forms import NoAnswers, clean_line, clean_opinion
from engine.work import Work
from models import Assignment, Clock, ClockAct, Person
from rules.clock_acts import ActKind
from rules.errors import ClockActPending, ClockEnded, InvalidInput, NothingToResume, OpinionRequired
from rules.positions import Position

_clock, _act, _todo, _person = Clock.__table__, ClockAct.__table__, Assignment.__table__, Person.__table__

LONGEST_BASIS = 100

_TAKES: Mapping[ActKind, tuple[str, ...]] = {
    ActKind.NOT_COUNTED: ("since", "until"),
    ActKind.RESTARTED: ("since",),
    ActKind.EXTENDED: ("number",),
}


@dataclass(frozen=True)
class AskedAct:
    """What is asked of a limit, why, and by which provision. It states what happened: nothing in the future.

    Args:
        kind: not-counted (``since`` until ``until``; none: it still lasts), restarted (``since``: the new
            start), extended (by ``number`` of the limit's own units).
        basis: the instrument and the article.
    """

    kind: str
    ground: str
    basis: tuple[str, str]
    since: datetime | None = None
    until: datetime | None = None
    number: int | None = None


@dataclass(frozen=True)
class CheckedAct:
    """What is asked, as it is stored: only what its kind takes."""

    kind: str
    ground: str
    basis: list[str]
    since: datetime | None
    until: datetime | None
    number: int | None

    def columns(self) -> dict[str, Any]:
        """Of the row it becomes."""
        return asdict(self)


def running(work: Work, clock_id: int) -> Any:
    """The clock, if it still runs.

    Raises:
        ClockEnded.
    """
    for clock in open_clocks(work.connection, work.case.id):
        if clock.id == clock_id:
            return clock
    title = work.connection.execute(select(_clock.c.title).where(_clock.c.id == clock_id)).scalar_one()
    raise ClockEnded(where=str(clock_id), limit_zh=title["zh"], limit_en=title["en"])


def refuse_while_pending(work: Work, clock: Any) -> None:
    """One request at a time.

    Raises:
        ClockActPending: another waits for its answer.
    """
    waiting = (
        select(_act.c.kind, _act.c.asked_at, _person.c.name, _todo.c.position)
        .join(_person, _person.c.id == _act.c.asked_by)
        .join(_todo, _todo.c.clock_act_id == _act.c.id)
        .where(_act.c.clock_id == clock.id, _act.c.answered_at.is_(None))
    )
    row = work.connection.execute(waiting).first()
    if row is None:
        return
    kind, position = ActKind(row.kind), Position(row.position)
    raise ClockActPending(
        where=str(clock.id),
        limit_zh=clock.title["zh"],
        limit_en=clock.title["en"],
        act_zh=kind.chinese,
        act_en=kind.english,
        by=row.name,
        at=local(work, row.asked_at),
        position_zh=position.chinese,
        position_en=position.english,
    )


def checked(work: Work, asked: AskedAct) -> CheckedAct:
    """What is asked, complete and with nothing that is still to come.

    Raises:
        InvalidInput, ClassifiedContentRefused; OpinionRequired: no ground.
    """
    if asked.kind not in set(ActKind):
        kinds = "、".join(f"{kind.value}（{kind.chinese}）" for kind in ActKind)
        raise _refused("kind", f"须为：{kinds}", f"it is one of {', '.join(ActKind)}")
    kind = ActKind(asked.kind)
    if not (ground := said(work, asked.ground)):
        raise OpinionRequired(where="ground", act_zh=f"申请{kind.chinese}", act_en=f"ask for this ({kind})")
    basis = [clean_line(part, where="basis", longest=LONGEST_BASIS) for part in asked.basis]
    if len(basis) != 2 or not all(basis):
        raise _refused("basis", "须注明依据的文件和条款", "it names the instrument and the article")
    given = {name: getattr(asked, name) for name in _TAKES[kind]}
    for name, value in given.items():
        if value is None and name != "until":
            raise _refused(name, "必填", "it is required")
        if isinstance(value, datetime):
            require_past(work, name, value)
    return CheckedAct(kind.value, ground, basis, *(given.get(n) for n in ("since", "until", "number")))


def require_past(work: Work, field: str, moment: datetime) -> None:
    """An act states what happened.

    Raises:
        InvalidInput: a time without its zone, or one to come.
    """
    if moment.utcoffset() is None:
        raise _refused(field, "时刻须注明时区", "a time needs its zone")
    if moment > work.now:
        raise _refused(
            field,
            "不能是将来的时间；尚未结束的，结束时间留空",
            "it cannot lie in the future; the end of what still lasts is left open",
        )


def require_lasting(work: Work, act: Any, at: datetime) -> None:
    """Only time that is not counted, and has no end yet, can end; at a moment after it began.

    Raises:
        NothingToResume, InvalidInput.
    """
    if act.kind != ActKind.NOT_COUNTED:
        why = "只有不计入的时间可以结束", "only time that is not counted can end"
    elif not act.granted:
        why = "该申请未获准许", "it was not granted"
    elif act.until is not None:
        why = "该段时间已经结束", "it has ended already"
    else:
        require_past(work, "at", at)
        if at < act.since:
            raise _refused("at", "恢复计算不能早于开始不计入的时间", "it cannot end before it began")
        return
    raise NothingToResume(where=str(act.id), why_zh=why[0], why_en=why[1])


def reckoned_with(work: Work, clock: Any, act: StoredAct) -> Reckoned:
    """What the law would make of a clock with this act too.

    Raises:
        ExtensionRefused, InvalidInput: what the law does not allow.
    """
    starts = [start_from(stored) for stored in clock.starts]
    return reckoned(starts, [*granted_acts(work.connection, clock.id), act], work.law)


def said(work: Work, text: str) -> str:
    """People's words about a limit: like an opinion, they never become a way round a claimed secret."""
    words = clean_opinion(text)
    refuse_told_secret(words, NoAnswers(), claimed_intake(work))
    return words


def local(work: Work, instant: datetime) -> str:
    """A moment on the organ's clock, to the minute."""
    return instant.astimezone(ZoneInfo(work.timezone)).strftime("%Y-%m-%d %H:%M")


def _refused(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(where=field, field=field, why_zh=zh, why_en=en)
