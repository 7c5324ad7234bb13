"""What a confidentiality review keeps back of what is released 不公开的部分."""

from dataclasses import dataclass

from sqlalchemy import select

from engine.actor import Actor
from engine.reading.values import snapshot
from engine.reading.visible import load_visible
from engine.service import Service
from models import WithheldPart
from rules.disclosure import Ground

_part = WithheldPart.__table__


@dataclass(frozen=True)
class Withheld:
    """One part: which, by which ground, and why."""

    part: str
    ground: Ground
    reason: str


def read_withheld_parts(service: Service, actor: Actor, number: str) -> list[Withheld]:
    """The parts a case withheld, to those who may read its document.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number)
        if not case.may_read_document:
            return []
        rows = connection.execute(select(_part).where(_part.c.case_id == case.row.id).order_by(_part.c.id))
        return [Withheld(row.part, Ground(row.ground), row.reason) for row in rows]
