"""Who is told of a time limit: whoever it waits for, whom it goes up to, and who asked something of it."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.clocks.reckoning import start_from, unit_of
from engine.holders import Post, post_for, who_may_act
from engine.incidents import open_incident
from engine.opening import duties
from engine.policy import Facts
from engine.work import Work
from models import Assignment, Notification, Rung
from rules.ladder import RungKind, is_urgent, ladder_of
from rules.positions import Position, escalation_of
from rules.time import local_date

NOBODY = "escalation-of-nobody"
"""A missed limit has nobody it could go up to."""

_assignment, _notification = Assignment.__table__, Notification.__table__
_rung = Rung.__table__

Told = dict[int, int | None]
"""Persons, each with the to-do that is theirs, if any."""


def tell_holders(work: Work, clock: Any, rung: Any) -> None:
    """A message of a rung. The superiors who were asked go on being told until the limit is met."""
    told = _concerned(work, clock)
    if rung.kind == RungKind.STILL_OVERDUE:
        told |= _asked_superiors(work, clock)
    ladder = ladder_of(clock.ladder, unit_of(start_from(clock.starts[clock.governing]), work.law))
    urgent = _is_statutory(clock) and is_urgent(RungKind(rung.kind), rung.place, ladder)
    _queue(work, "deadline", rung.id, told, urgent=urgent, rung_id=rung.id)


def tell_lapse(work: Work, clock: Any, rung: Any) -> None:
    """Whoever could have decided, and the drafter, learn that silence has had its meaning."""
    asked = {person: todo.id for todo, people in _waited_for(work, clock) for person in people}
    told: Told = {work.case.drafter_id: None, **asked}
    _queue(work, "lapsed", rung.id, told, urgent=True, rung_id=rung.id)


def tell_moved(work: Work, clock: Any) -> None:
    """The holders learn that the date moved: right after ``rereckon``, whose ledger entry says why."""
    _queue(work, "clock-moved", f"{clock.id}:{work.chain.seq}", _concerned(work, clock))


def tell_answered(work: Work, clock: Any, act: Any) -> None:
    """Who asked something of a limit, and everyone it waits for, learn what became of it."""
    told = {act.asked_by: None, **_concerned(work, clock)}
    _queue(work, "clock-answered", act.id, told, clock_act_id=act.id)


def ask_superiors(work: Work, clock: Any, rung: Any) -> None:
    """督办: a to-do for whoever stands above those the limit waits for. It presses, and never decides.

    Who has one of this limit open already is told again and gets no second one.
    """
    delayed = {Position(todo.position) for todo, _ in _waited_for(work, clock)} or {Position.OFFICE}
    for position in sorted({escalation_of(each, rung.place) for each in delayed}):
        post, people = first_held(work, position)
        if not people:
            _report(work, clock)
            continue
        todo = _asked_already(work, clock, post) or _open(work, post, rung_id=rung.id)
        told: Told = dict.fromkeys(people, todo)
        _queue(work, "escalated", rung.id, told, urgent=_is_statutory(clock), rung_id=rung.id)
        work.note(
            "escalated",
            basis=clock.basis,
            step=f"{clock.key}:{clock.round}",
            data={"to": post.position.value, "place": rung.place},
        )


def _asked_already(work: Work, clock: Any, post: Post) -> int | None:
    open_todo = (
        select(_assignment.c.id)
        .join(_rung, _rung.c.id == _assignment.c.rung_id)
        .where(
            _rung.c.clock_id == clock.id,
            _assignment.c.closed_at.is_(None),
            _assignment.c.position == post.position.value,
            _assignment.c.unit_id.is_not_distinct_from(post.unit_id),
        )
    )
    return work.connection.execute(open_todo).scalar()


def ask_to_grant(work: Work, act_id: int, post: Post, people: list[int]) -> int:
    """A to-do to answer what was asked of a limit. Returns its id."""
    todo = _open(work, post, clock_act_id=act_id)
    _queue(work, "clock-asked", act_id, dict.fromkeys(people, todo), clock_act_id=act_id)
    return todo


def first_held(work: Work, position: Position, *, but: int | None = None) -> tuple[Post, list[int]]:
    """The post, or the next one above it that anybody holds, and who; ``but`` is left out everywhere."""
    for each in dict.fromkeys([position, Position.DEPUTY_HEAD, Position.HEAD]):
        post = post_for(each, unit_id=work.case.unit_id, drafter_id=work.case.drafter_id)
        if people := [person for person in _holding(work, post) if person != but]:
            return post, people
    return post, []


def _concerned(work: Work, clock: Any) -> Told:
    """Everyone the limit waits for, with their to-do; where nobody is asked, drafter and administrators."""
    told: Told = {person: todo.id for todo, people in _waited_for(work, clock) for person in people}
    return told or dict.fromkeys([work.case.drafter_id, *_holding(work, Post(Position.ADMINISTRATOR))])


def _is_statutory(clock: Any) -> bool:
    """A step's own target is an inner matter, unless silence has a meaning: it waits for the morning."""
    return clock.step_id is None or bool(clock.silence)


def _waited_for(work: Work, clock: Any) -> list[tuple[Any, list[int]]]:
    """The open to-dos a limit waits for, each with the persons who may act on it."""
    todos = [
        todo
        for todo in work.assignments
        if todo.closed_at is None and todo.step_id is not None and clock.step_id in (None, todo.step_id)
    ]
    posts: dict[Post, Facts] = {}
    of_todo = {}
    for todo in todos:
        step = work.step_of(todo.step_id)
        assert step is not None
        post = of_todo[todo.id] = Post(Position(todo.position), todo.unit_id, todo.person_id)
        posts[post] = duties(work, step.call, post)
    people = who_may_act(work.connection, posts, _today(work))
    return [(todo, people[of_todo[todo.id]]) for todo in todos]


def _holding(work: Work, post: Post) -> list[int]:
    return who_may_act(work.connection, {post: Facts(clerical=True)}, _today(work))[post]


def _asked_superiors(work: Work, clock: Any) -> Told:
    """Who has a to-do because of this limit, open or not."""
    rows = work.connection.execute(
        select(_notification.c.person_id, _notification.c.assignment_id)
        .join(_rung, _rung.c.id == _notification.c.rung_id)
        .where(_rung.c.clock_id == clock.id, _notification.c.template == "escalated")
        .order_by(_notification.c.id)
    )
    return {row.person_id: row.assignment_id for row in rows}


def _open(work: Work, post: Post, **about: int) -> int:
    """A to-do of a post that belongs to no step. Returns its id."""
    opened = insert(_assignment).values(
        case_id=work.case.id,
        position=post.position.value,
        unit_id=post.unit_id,
        ordinal=0,
        opened_at=work.now,
        closed_because="",
        note="",
        **about,
    )
    return int(work.connection.execute(opened.returning(_assignment.c.id)).scalar_one())


def _queue(
    work: Work, template: str, about: int | str, told: Told, *, urgent: bool = False, **values: int
) -> None:
    rows = [
        {
            "key": f"{template}:{about}:{person}",
            "template": template,
            "case_id": work.case.id,
            "assignment_id": todo,
            "person_id": person,
            "created_at": work.now,
            "urgent": urgent,
            **values,
        }
        for person, todo in told.items()
    ]
    if rows:
        work.connection.execute(upsert(_notification).on_conflict_do_nothing(), rows)


def _report(work: Work, clock: Any) -> None:
    open_incident(
        work,
        NOBODY,
        zh=f"“{clock.title['zh']}”已逾期，应升级督办，但上级岗位（分管负责人、主要负责人）目前无人在任。"
        "请任命该岗位人员（gongkai people import）。",
        en=f"“{clock.title['en']}” is overdue and should go up, but nobody holds the posts above (deputy "
        "head, head). Name a holder (gongkai people import).",
        blocking=False,
        step=f"{clock.key}:{clock.round}",
    )


def _today(work: Work) -> Any:
    return local_date(work.now, work.timezone)
