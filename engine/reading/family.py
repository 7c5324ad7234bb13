"""The cases a case belongs with 相关事项: a change of what is public, and the document it changes."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from engine.actor import Actor
from engine.reading.values import Wording, snapshot
from engine.reading.visible import load_visible
from engine.service import Service
from rules.errors import CaseNotFound

CHANGES = "publication-change"
MOST = 50

_CHANGES_OF = text(
    f"""
    SELECT number FROM cases WHERE procedure = '{CHANGES}' AND intake->>'document' = :number
     ORDER BY id DESC LIMIT {MOST}
    """  # noqa: S608  constants
)
_CHANGED = Wording("所变更的已公开文件", "The published document it changes")
_CHANGE = Wording("对该文件的撤下或网址变更", "A take-down or change of address of this document")


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
    """The cases that belong with one, but for changes the actor may not know of.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number).row
        changes = connection.scalars(_CHANGES_OF, {"number": case.number}).all()
        found = [_relative(connection, actor, change, _CHANGE) for change in changes]
        if case.procedure == CHANGES:
            document = case.intake["document"]
            published = Relative(document, _CHANGED, None, "", known=False)
            found.append(_relative(connection, actor, document, _CHANGED) or published)
    return [each for each in found if each is not None]


def _relative(connection: Connection, actor: Actor, number: str, relation: Wording) -> Relative | None:
    try:
        case = load_visible(connection, actor, number)
    except CaseNotFound:
        return None
    return Relative(case.row.number, relation, case.title, case.row.outcome)
