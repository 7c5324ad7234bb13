"""What messages about a time limit say: the limit as it is when they are sent, explained as the page does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, text

from engine.clocks.explaining import explanation
from engine.clocks.keeping import granted_acts
from engine.clocks.reckoning import Reckoned, reckoned, start_from
from engine.law import Law, law_of
from engine.service import Service
from engine.unsent import ENDED, MOVED
from notifications.messages import (
    Content,
    LimitActAnswered,
    LimitActAsked,
    LimitEscalated,
    LimitLapsed,
    LimitMoved,
    LimitTold,
)
from rules.clock_acts import ActKind
from rules.due import Due
from rules.errors import GongkaiError
from rules.explaining import until
from rules.ladder import RungKind
from rules.periods import period_of
from rules.remaining import remaining

if TYPE_CHECKING:
    from engine.message_facts import MessageFacts

_TOLD_ANYHOW = ("escalated", "lapsed")
"""What went up, and what silence brought about, is told also when it is over."""

_LIMIT = text(
    """
    SELECT n.template, k.*, r.kind AS rung_kind, r.place, r.moves AS rung_moves, r.late AS rung_late,
           r.due_at, r.fired_at, x.kind AS act_kind, x.basis AS act_basis, x.since, x.until, x.number,
           x.granted, x.asked_at, x.answered_at, q.name AS asked_by, w.name AS answered_by, t.data AS moved
      FROM notification n
      LEFT JOIN rung r ON r.id = n.rung_id
      LEFT JOIN clock_act x ON x.id = n.clock_act_id
      LEFT JOIN person q ON q.id = x.asked_by
      LEFT JOIN person w ON w.id = x.answered_by
      JOIN clock k ON k.id = COALESCE(r.clock_id, x.clock_id, CASE WHEN n.template = 'clock-moved'
                                      THEN split_part(n.key, ':', 2)::bigint END)
      LEFT JOIN ledger_entry t ON t.chain = n.case_id
       AND t.seq = CASE WHEN n.template = 'clock-moved' THEN split_part(n.key, ':', 3)::bigint END
     WHERE n.id = :id
    """
)


@dataclass(frozen=True)
class LimitFacts:
    """A limit, what the message is about it, and what the law makes of it."""

    row: Row[Any]
    made: Reckoned
    would_be: Due | None
    law: Law
    now: datetime

    @property
    def moot(self) -> str:
        """Why nobody needs the message any more; empty: somebody does."""
        row = self.row
        if row.template in _TOLD_ANYHOW:
            return ""
        if row.closed_at is not None:
            return ENDED
        told = row.late_from if row.moved is None else _instant(row.moved["late_from"])
        again = row.rung_moves not in (None, row.moves) or told != row.late_from
        return MOVED if again or self.made.due.late_from != row.late_from else ""


@dataclass(frozen=True)
class _Act:
    """The act a message is about, as the law takes it."""

    kind: str
    basis: list[str]
    since: datetime | None
    until: datetime | None
    number: int | None


def load_limit(connection: Connection, service: Service, notification_id: int) -> LimitFacts:
    """What a queued message about a limit needs, under the law the page would show it under."""
    row = connection.execute(_LIMIT, {"id": notification_id}).one()
    law = law_of(connection, service.settings.timezone, None if row.closed_at is None else row.law_revision)
    starts, granted = [start_from(start) for start in row.starts], granted_acts(connection, row.id)
    made, would_be = reckoned(starts, granted, law), None
    if row.template == "clock-asked":
        asked = _Act(row.act_kind, row.act_basis, row.since, row.until, row.number)
        try:
            would_be = reckoned(starts, [*granted, asked], law).due
        except GongkaiError:  # whoever answers is told why it can no longer be granted
            would_be = None
    return LimitFacts(row, made, would_be, law, service.now)


def _instant(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)


# --- the words -------------------------------------------------------------------------------

_SAYS = {
    RungKind.REMIND: ("期限将至", "A time limit is near"),
    RungKind.OVERDUE: ("已经逾期", "A time limit is missed"),
    RungKind.ESCALATE: ("已经逾期，并已升级督办", "A time limit is missed and has gone up"),
    RungKind.STILL_OVERDUE: ("仍未办结，持续逾期", "A time limit is still missed"),
    RungKind.NOT_COUNTED: (
        "期限停止计算已有时日，请核实可否恢复计算",
        "Time is still not being counted: see whether it can go on",
    ),
}
_WHY = {
    "law": (
        "放假安排或者时限规定有变更",
        "days off, or the number of days, are others now",
    ),
    "resumed": ("恢复计算", "time is counted again"),
    **{kind.value: (kind.chinese, kind.english) for kind in ActKind},
}
_MEANWHILE = {
    "met": ("已办结", "it was met"),
    "lapsed": ("已逾期，依法产生后果", "it lapsed"),
    "arrived": ("已届满", "it has come"),
    "stopped": ("不再计算", "it was stopped"),
}


def _about(facts: "MessageFacts", limit: LimitFacts) -> dict[str, Any]:
    """What every message about a limit says."""
    row, due = limit.row, limit.made.due
    told = facts.row
    left = ("", "")
    if due.on is not None and due.late_from is not None and row.closed_at is None:
        unit, calendar = due.term.period.unit, limit.law.calendar
        rest = remaining(unit, due.on, due.late_from, now=limit.now, calendar=calendar)
        left = rest.zh, rest.en
    return {
        "recipient": told.name,
        "case_number": told.number,
        "public_title": facts.title,
        "limit_zh": row.title["zh"],
        "limit_en": row.title["en"],
        "until_zh": until(due),
        "until_en": until(due, "en"),
        "left_zh": left[0],
        "left_en": left[1],
        "basis": row.basis,
        "provisional": due.provisional,
        "explained_zh": "\n".join(explanation(limit.made)),
        "explained_en": "\n".join(explanation(limit.made, "en")),
        "link": facts.todo_link() if told.todo is not None else facts.case_link(),
    }


def _should_have_come(facts: "MessageFacts", row: Row[Any]) -> str:
    return facts.local(row.due_at) if row.rung_late else ""


def _told(facts: "MessageFacts", limit: LimitFacts) -> Content:
    says = _SAYS[RungKind(limit.row.rung_kind)]
    late = _should_have_come(facts, limit.row)
    return LimitTold(**_about(facts, limit), says_zh=says[0], says_en=says[1], should_have_come=late)


def _escalated(facts: "MessageFacts", limit: LimitFacts) -> Content:
    row = limit.row
    meanwhile = ("", "")
    if row.closed_at is not None:
        meanwhile = _MEANWHILE[row.closed_because]
    elif row.rung_moves != row.moves:
        meanwhile = "截止日期已经变更", "its date has moved"
    return LimitEscalated(
        **_about(facts, limit),
        times=row.place,
        escalated=facts.local(row.fired_at),
        should_have_come=_should_have_come(facts, row),
        meanwhile_zh=meanwhile[0],
        meanwhile_en=meanwhile[1],
    )


def _lapsed(facts: "MessageFacts", limit: LimitFacts) -> Content:
    lapsed = facts.local(limit.row.fired_at)
    return LimitLapsed(**_about(facts, limit), silence=limit.row.silence, lapsed=lapsed)


def _moved(facts: "MessageFacts", limit: LimitFacts) -> Content:
    moved = limit.row.moved
    why, before = _WHY[moved["why"]], (_before(limit, "zh"), _before(limit, "en"))
    about = _about(facts, limit)
    return LimitMoved(**about, before_zh=before[0], before_en=before[1], why_zh=why[0], why_en=why[1])


def _before(limit: LimitFacts, language: str) -> str:
    """Until when it ran before it moved, in the words of ``until``."""
    moved = limit.row.moved
    on = None if moved["before"] is None else date.fromisoformat(moved["before"])
    return until(replace(limit.made.due, on=on, late_from=_instant(moved["late_before"])), language)


def _act_asked(facts: "MessageFacts", limit: LimitFacts) -> Content:
    row, would_be = limit.row, limit.would_be
    zh, en = _act_in_words(limit)
    return LimitActAsked(
        **_about(facts, limit),
        act_zh=zh,
        act_en=en,
        act_basis=" ".join(row.act_basis),
        asked_by=row.asked_by,
        asked=facts.local(row.asked_at),
        would_be_zh=until(would_be) if would_be else "",
        would_be_en=until(would_be, "en") if would_be else "",
    )


def _act_answered(facts: "MessageFacts", limit: LimitFacts) -> Content:
    row = limit.row
    zh, en = _act_in_words(limit)
    return LimitActAnswered(
        **_about(facts, limit),
        act_zh=zh,
        act_en=en,
        act_basis=" ".join(row.act_basis),
        granted=row.granted,
        answered_by=row.answered_by,
        answered=facts.local(row.answered_at),
    )


def _act_in_words(limit: LimitFacts) -> tuple[str, str]:
    """What was asked: its kind with its dates or its number."""
    row, kind = limit.row, ActKind(limit.row.act_kind)
    if kind is ActKind.EXTENDED:
        more = period_of(limit.made.due.term.period.unit, row.number)
        return f"{kind.chinese}{more.zh}", f"{kind.english} by {more.en}"
    since = _local(limit, row.since)
    if kind is ActKind.RESTARTED:
        return f"自{since}{kind.chinese}", f"{kind.english} from {since}"
    ended = _local(limit, row.until) if row.until else None
    zh = f"{since}至{ended or '尚未结束'}{kind.chinese}"
    return zh, f"{kind.english} from {since} to {ended or 'an end not known yet'}"


def _local(limit: LimitFacts, instant: datetime) -> str:
    zone = ZoneInfo(limit.law.calendar.timezone)
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _content(made: Callable[["MessageFacts", LimitFacts], Content]) -> Callable[["MessageFacts"], Content]:
    def content(facts: "MessageFacts") -> Content:
        assert facts.limit is not None  # loaded with every message of these templates
        return made(facts, facts.limit)

    return content


LIMIT_CONTENT: Mapping[str, Callable[["MessageFacts"], Content]] = {
    "deadline": _content(_told),
    "escalated": _content(_escalated),
    "lapsed": _content(_lapsed),
    "clock-moved": _content(_moved),
    "clock-asked": _content(_act_asked),
    "clock-answered": _content(_act_answered),
}
