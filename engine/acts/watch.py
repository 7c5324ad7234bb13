"""The watch log 值班监测日志: who watched what, from when to when, and what was found or that nothing was."""

from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection, insert, select

from engine.actor import Actor
from engine.forms import CaseNumber, Form, Line, asked, fill
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from models import Case, WatchLogEntry
from rules.errors import InvalidInput

_cases, _entry = Case.__table__, WatchLogEntry.__table__


class Watched(Form):
    """One watch of one day."""

    watched_on: Annotated[date, asked("日期")]
    since: Annotated[time, asked("开始")]
    until: Annotated[time, asked("结束")]
    sources: Annotated[Line, asked("监测范围", min_length=2, max_length=300)]
    found: Annotated[Line, asked("发现情况", max_length=500)] = ""
    cases: Annotated[list[CaseNumber], Field(title="相关舆情事项", max_length=20, default_factory=list)]


@dataclass(frozen=True)
class Noted:
    """The entry as stored."""

    id: int


def note_watch(service: Service, actor: Actor, stated: dict[str, Any]) -> Noted:
    """Write an entry; it is never changed, another one corrects it.

    Raises:
        NotAllowed: the actor is no monitor.
        InvalidInput: naming the field; nothing is stored then.
    """
    permit(actor, Act.KEEP_WATCH_LOG, Facts(where="watch"))
    watched = fill(Watched, stated, where="watch")
    if watched.watched_on > service.today:
        raise _wrong("watched_on", "日期尚未到来", "that day has not come yet")
    if watched.until <= watched.since:
        raise _wrong(
            "until", "结束应晚于开始；跨日值班请分两条登记", "it ends after it began, on the same day"
        )
    with service.database.begin() as connection:
        _require_opinions(connection, watched.cases)
        values = {"watched_by": actor.person_id, "entered_at": service.now, **watched.model_dump()}
        entry_id = connection.execute(insert(_entry).values(**values).returning(_entry.c.id)).scalar_one()
        append_to_organ(
            connection,
            "watch-noted",
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            basis="应急厅函〔2019〕390号 四(三)1",
            data={"entry": entry_id, **watched.model_dump(mode="json")},
        )
    return Noted(int(entry_id))


def _require_opinions(connection: Connection, numbers: list[str]) -> None:
    for number in numbers:
        known = select(_cases.c.id).where(_cases.c.number == number, _cases.c.procedure == "opinion-response")
        if connection.scalar(known) is None:
            raise _wrong("cases", "没有该编号的回应关切事项", "there is no opinion response of that number")


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(where=field, field=field, why_zh=zh, why_en=en)
