"""To-dos about a time limit 时限: an escalation to attend to, and something asked of a limit to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from engine.law import Law
from engine.reading.limits import Limit, limits_from

_TODOS = text(
    """
    SELECT a.id, a.note, r.place, r.fired_at, to_jsonb(k) AS clock, x.id AS act_id, x.kind, x.ground,
           x.basis, x.since, x.until, x.number, x.asked_at, x.granted, x.answered_at, x.answer,
           q.name AS asked_by, w.name AS answered_by
      FROM assignment a
      LEFT JOIN rung r ON r.id = a.rung_id
      LEFT JOIN clock_act x ON x.id = a.clock_act_id
      JOIN clock k ON k.id = COALESCE(r.clock_id, x.clock_id)
      LEFT JOIN person q ON q.id = x.asked_by
      LEFT JOIN person w ON w.id = x.answered_by
     WHERE a.id = ANY(:ids)
    """
)


@dataclass(frozen=True)
class EscalationTodo:
    """督办: a missed limit that went up. Nothing is decided here: ``note`` tells what was done about it."""

    limit: Limit
    place: int
    escalated_at: datetime
    note: str


@dataclass(frozen=True)
class ClockActTodo:
    """What was asked of a running limit; the post of the to-do grants or refuses it.

    ``kind``: not-counted (``since`` until ``until``, null: it lasts), restarted (``since``), extended (by
    ``number`` of the limit's own units). ``granted`` is null while nobody has answered.
    """

    act: int
    limit: Limit
    kind: str
    ground: str
    basis: str
    since: datetime | None
    until: datetime | None
    number: int | None
    asked_by: str
    asked_at: datetime
    granted: bool | None
    answered_by: str | None
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True)
class LimitTodos:
    """Those of some to-dos that are about a limit, by the to-do's id."""

    escalations: dict[int, EscalationTodo]
    acts: dict[int, ClockActTodo]


def read_limit_todos(connection: Connection, todo_ids: Sequence[int], law: Law, now: datetime) -> LimitTodos:
    """What these to-dos are about; no statement where there are none."""
    rows = connection.execute(_TODOS, {"ids": list(todo_ids)}).all() if todo_ids else []
    return LimitTodos(
        {row.id: _escalation(row, law, now) for row in rows if row.act_id is None},
        {row.id: _act(row, law, now) for row in rows if row.act_id is not None},
    )


def _escalation(row: Row[Any], law: Law, now: datetime) -> EscalationTodo:
    (limit,) = limits_from([row.clock], law, now)
    return EscalationTodo(limit, row.place, row.fired_at, row.note)


def _act(row: Row[Any], law: Law, now: datetime) -> ClockActTodo:
    (limit,) = limits_from([row.clock], law, now)
    return ClockActTodo(
        act=row.act_id,
        limit=limit,
        kind=row.kind,
        ground=row.ground,
        basis=" ".join(row.basis),
        since=row.since,
        until=row.until,
        number=row.number,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        granted=row.granted,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        answer=row.answer,
    )
