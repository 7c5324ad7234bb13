"""Who holds a position now, and who of them may act on a step (separation of duties)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Date, bindparam, select

from engine.actor import current
from engine.policy import Facts, kept_out
from models import Holding, Person
from rules.errors import NoHolder
from rules.positions import Position

_person, _holding = Person.__table__, Holding.__table__

_HOLDERS = (
    select(_holding.c.position, _holding.c.unit_id, _person.c.id)
    .join(_holding, _holding.c.person_id == _person.c.id)
    .where(
        _holding.c.position.in_(bindparam("positions", expanding=True)),
        _person.c.active,
        current(bindparam("today", type_=Date)),
    )
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


def require_holders(connection: Connection, posts: Mapping[Post, Facts], today: date) -> None:
    """See that every post has somebody who may act for it on a step of these facts: one statement for all.

    Raises:
        NoHolder: a post is empty, or separation of duties leaves nobody.
    """
    held = _holders(connection, posts, today)
    for post, facts in posts.items():
        if not held[post] - set(kept_out(facts)):
            raise no_holder(post.position, separated=bool(held[post]))


def who_may_act(connection: Connection, posts: Mapping[Post, Facts], today: date) -> dict[Post, list[int]]:
    """Ids of the persons who may act for each post on a step of these facts and are active, in order."""
    held = _holders(connection, posts, today)
    named = [post.person_id for post in posts if post.person_id is not None]
    gone = select(_person.c.id).where(_person.c.id.in_(named), ~_person.c.active)
    away = set(connection.scalars(gone)) if named else set()
    return {post: sorted(held[post] - away - set(kept_out(facts))) for post, facts in posts.items()}


def is_held(connection: Connection, post: Post, today: date) -> bool:
    """Whether anybody holds the post at all."""
    return bool(_holders(connection, [post], today)[post])


def _holders(connection: Connection, posts: Collection[Post], today: date) -> dict[Post, set[int]]:
    """Ids of those who hold each post; a post that means one person is that person's."""
    asked = {"positions": [post.position.value for post in posts], "today": today}
    held: dict[tuple[str, int | None], set[int]] = defaultdict(set)
    for row in connection.execute(_HOLDERS, asked):
        held[row.position, row.unit_id].add(row.id)
    return {
        post: held[post.position, post.unit_id] if post.person_id is None else {post.person_id}
        for post in posts
    }


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
