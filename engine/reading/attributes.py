"""The attribute an issued document had, and has: every change, the latest first."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from engine.actor import Actor
from engine.reading.visible import load_visible
from engine.service import Service
from rules.disclosure import DisclosureAttribute

_CHANGES = text(
    """
    SELECT a.old_attribute AS old, a.new_attribute AS new, a.old_ground, a.why, a.changed_on,
           d.number AS decided_in
      FROM attribute_change a JOIN cases d ON d.id = a.decided_in WHERE a.case_id = :case ORDER BY a.id DESC
    """
)


@dataclass(frozen=True)
class AttributeChanged:
    """From what to what, why (for those who take part), when, and by which case."""

    old: DisclosureAttribute
    new: DisclosureAttribute
    old_ground: str
    why: str
    changed_on: date
    decided_in: str

    @property
    def marking(self) -> str:
        """The marking that applies from then on."""
        return self.new.marking


def read_attribute_changes(service: Service, actor: Actor, number: str) -> list[AttributeChanged]:
    """What became of the attribute of a case's document.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with service.read() as connection:
        case = load_visible(connection, actor, number)
        rows = connection.execute(_CHANGES, {"case": case.row.id}).all()
    return [
        AttributeChanged(
            DisclosureAttribute(row.old),
            DisclosureAttribute(row.new),
            row.old_ground,
            row.why if case.may_read_document else "",
            row.changed_on,
            row.decided_in,
        )
        for row in rows
    ]
