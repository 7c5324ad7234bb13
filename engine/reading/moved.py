"""Limits whose date a change of the law moves: those an import moved, and those one would move."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select

from engine.actor import Actor
from engine.clocks.catching_up import left_to_reckon, moved_by
from engine.policy import Act, permit
from engine.reading.values import Wording, snapshot
from engine.reading.what_if import Assumed, what_if
from engine.service import Service
from models import LawChange
from rules.errors import LawRevisionNotFound

_change = LawChange.__table__


@dataclass(frozen=True)
class MovedLimit:
    """A limit of a case: its last day before and after, and from when it is missed; none: not known yet."""

    number: str
    title: Wording
    before: date | None
    after: date | None
    late_before: datetime | None
    late_after: datetime | None


@dataclass(frozen=True)
class MovedByLaw:
    """What an import moved so far. ``left``: open limits that are still to be reckoned again."""

    revision: int
    left: int
    limits: list[MovedLimit]


def read_moved(service: Service, actor: Actor, revision: int) -> MovedByLaw:
    """What the import of that revision moved, for administrators and managers.

    Raises:
        NotAllowed: anyone else.
        LawRevisionNotFound: nothing was imported under that number.
    """
    permit(actor, Act.READ_ALL_LIMITS)
    with snapshot(service) as connection:
        if not connection.scalar(select(exists().where(_change.c.id == revision))):
            raise LawRevisionNotFound(where="revision", revision=revision)
        found = moved_by(connection, revision)
        left = left_to_reckon(connection, revision)
    limits = [
        MovedLimit(
            each.number,
            Wording(each.title["zh"], each.title["en"]),
            each.before,
            each.after,
            each.late_before,
            each.late_after,
        )
        for each in found
    ]
    return MovedByLaw(revision, left, limits)


def would_move(service: Service, actor: Actor, assumed: Assumed) -> list[MovedLimit]:
    """The open limits whose date would be another, of all cases; nothing is changed.

    Raises:
        As ``what_if``.
    """
    return [
        MovedLimit(
            each.number,
            each.title,
            each.due_on,
            each.would_be_due_on,
            each.late_from,
            each.would_be_late_from,
        )
        for each in what_if(service, actor, assumed)
        if each.moves
    ]
