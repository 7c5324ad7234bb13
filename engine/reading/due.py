"""When open to-dos are due, as far as a clock runs over them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection


@dataclass(frozen=True)
class TodoDue:
    """The last day to decide a to-do. ``provisional``: it rests on days nobody has arranged yet."""

    on: date
    provisional: bool = False


def due_of_todos(connection: Connection, ids: Collection[int]) -> dict[int, TodoDue]:  # noqa: ARG001
    """By to-do; one without a clock is left out."""
    return {}
