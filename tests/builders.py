"""What tests are told with: a small bureau, cases, to-dos, decisions, a clock that moves when asked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from engine.actor import Actor
from engine.acts.decide import DecisionRequest, DecisionResult, decide
from engine.acts.launch import Launched, LaunchRequest, launch
from engine.service import Service
from models import Holding, Organ, Person, Unit
from rules.positions import Position

UNIT = "zfjd"
PROACTIVE_DRAFT: dict[str, Any] = {
    "title": "关于开展安全生产检查的通知",
    "body": "各镇人民政府：现将有关事项通知如下。",
    "attribute": "主动公开",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "confidentiality-review": {"finding": "not_secret_and_suitable"},
    "redaction-review": {"finding": "not_secret_and_suitable"},
    "secrecy-review-first": {"outcome": "已移交保密工作机构"},
    "issue": {"formed_on": "2026-04-20", "issued_on": "2026-04-20"},
    "paper-copy": {"moved_on": "2026-04-20", "receipt": "查阅点收据1号"},
}
"""What an approval of a step answers when a test does not care."""


class MovableClock:
    """A TimeSource that stands still until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        """Forward by the arguments of a ``timedelta`` (``days=``, ``hours=``, ``seconds=``)."""
        self.now += timedelta(**by)
        return self.now


@dataclass(frozen=True)
class Bureau:
    """The people of the small bureau, by position."""

    service: Service
    unit: str = UNIT

    def actor(self, position: str, *, channel: str = "api") -> Actor:
        """The person who holds ``position``; usernames are positions (``section_head``)."""
        return self.service.actor(position, channel=channel)


@dataclass(frozen=True)
class Todo:
    """An open to-do of a case."""

    id: int
    step: str
    position: str
    round: int


def load_bureau(service: Service) -> Bureau:
    """One unit, one person per position (password not set), stored."""
    with service.database.begin() as connection:
        connection.execute(
            insert(Organ.__table__).values(
                id=1,
                name="青岭县应急管理局",
                series=["青应急", "青应急函"],
                reading_room="县政务服务中心查阅点",
            )
        )
        unit = Unit.__table__
        unit_id = connection.execute(
            insert(unit).values(code=UNIT, name="执法监督股").returning(unit.c.id)
        ).scalar_one()
        people = connection.scalars(
            insert(Person.__table__).returning(Person.__table__.c.id, sort_by_parameter_order=True),
            [_person(position.value, position.chinese) for position in Position],
        ).all()
        connection.execute(
            insert(Holding.__table__),
            [
                {
                    "person_id": person_id,
                    "position": position.value,
                    "unit_id": unit_id if position.of_unit else None,
                }
                for person_id, position in zip(people, Position, strict=True)
            ],
        )
    return Bureau(service)


def add_person(
    connection: Any, username: str, position: Position, *, name: str = "", unit_id: int | None = None
) -> int:
    """One more person holding one position."""
    person = Person.__table__
    person_id = connection.execute(
        insert(person).values(**_person(username, name or username)).returning(person.c.id)
    ).scalar_one()
    connection.execute(
        insert(Holding.__table__).values(person_id=person_id, position=position.value, unit_id=unit_id)
    )
    return int(person_id)


def _person(username: str, name: str) -> dict[str, Any]:
    return {
        "username": username,
        "name": name,
        "email": f"{username}@qingling.example",
        "password_hash": "",
        "active": True,
    }


def launch_case(
    service: Service,
    *,
    draft: dict[str, Any] | None = None,
    key: str | None = None,
    by: str = "administrator",
    **intake: Any,
) -> Launched:
    """Launch a disclosure case of the small bureau; ``draft={}`` launches without a draft."""
    fields = {"drafter": "drafter", "unit": UNIT, "doc_type": "通知", **intake}
    chosen = PROACTIVE_DRAFT if draft is None and not fields.get("state_secret") else draft or {}
    return launch(
        service, service.actor(by, channel="api"), LaunchRequest("proactive-disclosure", fields, chosen, key)
    )


def todos_of(service: Service, number: str) -> list[Todo]:
    """The open to-dos of a case's steps (not those of incidents), oldest first."""
    query = text(
        "SELECT a.id, s.key, a.position, s.round FROM assignment a JOIN step s ON s.id = a.step_id"
        " JOIN cases c ON c.id = a.case_id WHERE c.number = :number AND a.closed_at IS NULL ORDER BY a.id"
    )
    with service.database.connect() as connection:
        return [Todo(*row) for row in connection.execute(query, {"number": number})]


def todo_of(service: Service, number: str) -> Todo:
    """The one open to-do of a case."""
    (todo,) = todos_of(service, number)
    return todo


def decide_next(
    service: Service,
    number: str,
    *,
    action: str = "approve",
    opinion: str = "同意",
    answers: dict[str, Any] | None = None,
    by: str | None = None,
    **request: Any,
) -> DecisionResult:
    """Decide the one open to-do as the person of its position (or ``by``)."""
    todo = todo_of(service, number)
    if answers is None:
        answers = _dated(service, ANSWERS.get(todo.step, {})) if action == "approve" else {}
    actor = service.actor(by or todo.position, channel="api")
    return decide(service, actor, DecisionRequest(todo.id, action, opinion, answers, **request))


def _dated(service: Service, answers: dict[str, Any]) -> dict[str, Any]:
    """Dates of the day, whichever clock the test runs under."""
    return {k: service.today.isoformat() if k.endswith("_on") else v for k, v in answers.items()}


def decide_all(service: Service, number: str, *, until: str | None = None) -> list[str]:
    """Approve what is open until nothing is, or the step ``until`` is open. Returns the decided step keys."""
    decided = []
    while todos := todos_of(service, number):
        if todos[0].step == until:
            break
        decide_next(service, number)
        decided.append(todos[0].step)
    return decided


def case_row(service: Service, number: str) -> Any:
    """The case's row as stored."""
    with service.database.connect() as connection:
        return connection.execute(text("SELECT * FROM cases WHERE number = :n"), {"n": number}).one()


def scalars(service: Service, query: str, **arguments: Any) -> list[Any]:
    """The first column of a query, for looking at what was stored."""
    with service.database.connect() as connection:
        return list(connection.execute(text(query), arguments).scalars())


def snapshot(service: Service) -> dict[str, int]:
    """How many rows every table holds."""
    tables = scalars(service, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {table: scalars(service, f"SELECT count(*) FROM {table}")[0] for table in tables}


__all__ = [
    "ANSWERS",
    "PROACTIVE_DRAFT",
    "UNIT",
    "Bureau",
    "MovableClock",
    "Todo",
    "add_person",
    "case_row",
    "decide_all",
    "decide_next",
    "launch_case",
    "load_bureau",
    "scalars",
    "snapshot",
    "todo_of",
    "todos_of",
]
