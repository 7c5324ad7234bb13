"""When open to-dos are due, as far as a clock runs over them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class TodoDue:
    """The last day to decide a to-do. ``provisional``: it rests on days nobody has arranged yet."""

    on: date
    provisional: bool = False


_DUE = text(
    """
    SELECT DISTINCT ON (a.id) a.id, k.due_on, k.provisional
      FROM assignment a
      LEFT JOIN rung r ON r.id = a.rung_id
      LEFT JOIN clock_act x ON x.id = a.clock_act_id
      JOIN clock k ON k.case_id = a.case_id AND k.closed_at IS NULL AND k.late_from IS NOT NULL
       AND k.ending <> 'arrive'
       AND CASE WHEN a.step_id IS NULL THEN k.id = COALESCE(r.clock_id, x.clock_id)
                ELSE k.step_id IS NULL OR k.step_id = a.step_id END
     WHERE a.id = ANY(:ids) ORDER BY a.id, k.late_from
    """
)


def due_of_todos(connection: Connection, ids: Collection[int]) -> dict[int, TodoDue]:
    """By to-do, the earliest of its step's own limit and its case's, or the limit it is about; one without a
    clock is left out.
    """
    rows = connection.execute(_DUE, {"ids": list(ids)})
    return {row.id: TodoDue(row.due_on, row.provisional) for row in rows}
