"""Urging 催办: whoever has a case's open to-dos is told once more. It decides nothing and moves nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, text

from engine.actor import Actor
from engine.holders import Post, who_may_act
from engine.opening import duties
from engine.policy import Act, Facts
from engine.reading.visible import require_allowed
from engine.service import Service
from engine.work import Work, work_on_case
from models import Notification, Person
from rules.errors import GongkaiError, Kind, Said
from rules.positions import Position
from rules.time import local_date

BETWEEN = timedelta(hours=4)
"""So long nobody is urged about the same case again, whoever asks."""

URGED = "urged"

_person = Person.__table__
_LAST_URGED = text(
    "SELECT person_id, max(created_at) AS at FROM notification"
    " WHERE case_id = :case AND template = :urged AND created_at > :since GROUP BY person_id"
)
_TIMES = text("SELECT count(*) FROM ledger_entry WHERE chain = :case AND action = :urged")


class NobodyToUrge(GongkaiError):
    """The case waits for nobody else: it has ended, runs by itself, or is with whoever wants to urge."""

    kind = Kind.CONFLICT
    zh = Said("{number}没有可催办的人员", "事项已办结、由系统自动办理，或正在您本人手中", "请在事项页面查看")
    en = Said(
        "There is nobody to urge in {number}",
        "It has ended, runs by itself, or is with you",
        "See the page of the case",
    )


class UrgedAlready(GongkaiError):
    """Everybody who could be urged was, a short while ago."""

    kind = Kind.CONFLICT
    zh = Said("{number}已催办过", "同一事项四小时内只催办同一人一次", "{again}以后可再次催办")
    en = Said(
        "{number} was urged already",
        "Nobody is urged about the same case twice within four hours",
        "It may be urged again from {again}",
    )


@dataclass(frozen=True)
class Urged:
    """Who was told, and how often the case has been urged now."""

    number: str
    people: list[str]
    times: int


def urge(service: Service, actor: Actor, number: str) -> Urged:
    """Tell everybody who has an open to-do of the case and was not urged about it in the last four hours.

    Raises:
        CaseNotFound, NotAllowed, NobodyToUrge, UrgedAlready: with when it may be done again.
    """
    with service.database.begin() as connection:
        require_allowed(connection, actor, number, Act.URGE)
        work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
        asked = _asked(work, but=actor.person_id)
        if not asked:
            raise NobodyToUrge(where=number, number=number)
        people = _not_urged_lately(work, asked)
        times = connection.execute(_TIMES, {"case": work.case.id, "urged": URGED}).scalar_one() + 1
        work.note(URGED, data={"people": sorted(person.username for person in people.values())})
        connection.execute(
            insert(Notification.__table__),
            [_row(work, todo, id_) for todo, ids in asked for id_ in ids if id_ in people],
        )
        work.finish()
    return Urged(number, sorted(person.name for person in people.values()), times)


def _asked(work: Work, *, but: int) -> list[tuple[int, list[int]]]:
    """The open to-dos the case waits for, each with the ids of those who may act and are not who urges.

    An escalation is none of them: its post presses, as whoever urges does.
    """
    found = []
    for todo in work.assignments:
        if todo.closed_at is None and todo.rung_id is None and todo.clock_act_id is None:
            post = Post(Position(todo.position), todo.unit_id, todo.person_id)
            step = work.step_of(todo.step_id)
            facts = duties(work, step.call, post) if step else Facts()  # an incident's is of no step
            today = local_date(work.now, work.timezone)
            may_act = set(who_may_act(work.connection, {post: facts}, today)[post])
            if may_act - {but}:
                found.append((todo.id, sorted(may_act - {but})))
    return found


def _not_urged_lately(work: Work, asked: list[tuple[int, list[int]]]) -> dict[int, Any]:
    """Whom to tell, by id. The case is locked: nobody else urges it meanwhile."""
    ids = {id_ for _, each in asked for id_ in each}
    since = {"case": work.case.id, "urged": URGED, "since": work.now - BETWEEN}
    lately = {row.person_id: row.at for row in work.connection.execute(_LAST_URGED, since)}
    if ids <= lately.keys():
        again = min(lately[id_] for id_ in ids) + BETWEEN
        raise UrgedAlready(where=work.case.number, number=work.case.number, again=_told(work, again))
    return _named(work.connection, ids - lately.keys())


def _named(connection: Connection, ids: set[int]) -> dict[int, Any]:
    query = select(_person.c.id, _person.c.username, _person.c.name).where(_person.c.id.in_(ids))
    return {row.id: row for row in connection.execute(query)}


def _told(work: Work, instant: datetime) -> str:
    return instant.astimezone(ZoneInfo(work.timezone)).strftime("%Y-%m-%d %H:%M")


def _row(work: Work, todo: int, person: int) -> dict[str, Any]:
    """The message says who urged, which it finds in the entry its key names."""
    return {
        "key": f"{URGED}:{work.chain.seq}:{work.case.id}:{todo}:{person}",
        "template": URGED,
        "case_id": work.case.id,
        "assignment_id": todo,
        "person_id": person,
        "created_at": work.now,
    }
