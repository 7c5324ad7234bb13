"""The cases a case belongs with 相关事项: those it names, and those that name it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from engine.actor import Actor
from engine.publishing.changes import published
from engine.reading.values import Wording, snapshot
from engine.reading.visible import load_visible
from engine.service import Service
from rules.errors import CaseNotFound
from rules.relations import Relation

MOST = 50

_FAMILY = text(
    f"""
    SELECT l.relation, o.number, true AS names FROM case_link l JOIN cases o ON o.id = l.other_id
     WHERE l.case_id = :case
    UNION ALL
    (SELECT l.relation, o.number, false FROM case_link l JOIN cases o ON o.id = l.case_id
      WHERE l.other_id = :case ORDER BY l.id DESC LIMIT {MOST})
    """  # noqa: S608  a constant
)


@dataclass(frozen=True)
class Relative:
    """Another case, as far as the reader may know of it; ``title`` as there.

    ``known``: whether the reader may open it. What was published may be seen by everybody in the register.
    """

    number: str
    relation: Wording
    title: str | None
    outcome: str
    known: bool = True


def read_family(service: Service, actor: Actor, number: str) -> list[Relative]:
    """The cases that belong with one, but for those the actor may not know of.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number).row
        links = connection.execute(_FAMILY, {"case": case.id}).all()
        found = [_relative(connection, actor, link) for link in links]
    return [each for each in found if each is not None]


def _relative(connection: Connection, actor: Actor, link: Row[Any]) -> Relative | None:
    relation = Relation(link.relation)
    said = Wording(*(relation.of_this if link.names else relation.of_other))
    try:
        case = load_visible(connection, actor, link.number)
    except CaseNotFound:
        public = link.names and published(connection, link.number) is not None
        return Relative(link.number, said, None, "", known=False) if public else None
    return Relative(case.row.number, said, case.title, case.row.outcome)
