"""Who holds a position now, and who of them may act on a step (separation of duties)."""

from dataclasses import dataclass

from sqlalchemy import Connection, Date, bindparam, select

from engine.actor import current
from engine.policy import Facts, kept_out
from models import Holding, Person
from rules.errors import NoHolder
from rules.positions import Position

_person, _holding = Person.__table__, Holding.__table__

_HOLDERS = (
    select(_person.c.id)
    .join(_holding, _holding.c.person_id == _person.c.id)
    .where(
        _holding.c.position == bindparam("position"),
        _holding.c.unit_id.is_not_distinct_from(bindparam("unit")),
        _person.c.active,
        current(bindparam("today", type_=Date)),
    )
    .order_by(_person.c.id)
)


@dataclass(frozen=True)
class Post:
    """A position as one case means it: with its unit where posts are per unit, or one person."""

    position: Position
    unit_id: int | None = None
    person_id: int | None = None


def post_for(position: Position, *, unit_id: int, drafter_id: int) -> Post:
    """The post that ``position`` means for a case of this unit and drafter."""
    if position is Position.DRAFTER:
        return Post(position, unit_id, drafter_id)
    return Post(position, unit_id if position.of_unit else None)


def eligible_holders(connection: Connection, post: Post, facts: Facts, today: object) -> list[int]:
    """Ids of the persons who may act for ``post`` on this step.

    Raises:
        NoHolder: the post is empty, or separation of duties leaves nobody.
    """
    if post.person_id is not None:
        return [post.person_id]
    arguments = {"position": post.position.value, "unit": post.unit_id, "today": today}
    holders = [row.id for row in connection.execute(_HOLDERS, arguments)]
    eligible = [person for person in holders if person not in kept_out(facts)]
    if eligible:
        return eligible
    raise no_holder(post.position, separated=bool(holders))


def is_held(connection: Connection, post: Post, today: object) -> bool:
    """Whether anybody holds the post at all."""
    arguments = {"position": post.position.value, "unit": post.unit_id, "today": today}
    return connection.execute(_HOLDERS, arguments).first() is not None


def no_holder(position: Position, *, separated: bool) -> NoHolder:
    """The error for an empty position, or one whose holders are all kept out by separation of duties."""
    why = ("该岗位人员均为本文拟稿人或已参与审核，不得兼任", "every holder drafted or reviewed this document")
    if not separated:
        why = ("该岗位目前空缺", "the position is vacant")
    return NoHolder(
        where=position.value,
        position_zh=position.chinese,
        position_en=position.english,
        why_zh=why[0],
        why_en=why[1],
    )
