"""The disclosure attribute an issued document has now: that it was issued with, or what it was changed to."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from engine.actor import about_holdings
from engine.outcomes import Done
from engine.work import Work
from models import AttributeChange
from rules.disclosure import DisclosureAttribute, Ground
from rules.errors import AttributeNotChanged
from rules.positions import Position

PRESENT = (
    "COALESCE((SELECT n.new_attribute FROM attribute_change n WHERE n.case_id = i.case_id"
    " ORDER BY n.id DESC LIMIT 1), v.attribute)"
)
"""The attribute of the document issue ``i`` with its version ``v``, in SQL."""

_ISSUED = text(
    f"""
    SELECT c.id AS case_id, c.number, i.document_version_id, i.doc_no, i.formed_on, i.issued_on, v.title,
           {PRESENT} AS attribute, v.attribute AS issued_as, v.ground, u.code AS unit, c.drafter_id,
           v.ground = :secret OR COALESCE((c.intake->>'state_secret')::bool, false)
             OR EXISTS (SELECT 1 FROM secrecy_register_line l WHERE l.case_id = c.id) AS secret_term
      FROM document_issue i
      JOIN cases c ON c.id = i.case_id
      JOIN document_version v ON v.id = i.document_version_id
      JOIN unit u ON u.id = c.unit_id
     WHERE c.number = :number AND i.disclosed_from IS NULL AND i.marking <> ''
    """  # noqa: S608  names of ours only
)
_IN_CHARGE = about_holdings(
    # Whoever drafted it, if they still draft for the unit; or else whoever does.
    """
    SELECT p.username FROM holding h JOIN person p ON p.id = h.person_id AND p.active
      JOIN unit u ON u.id = h.unit_id
     WHERE h.position = :position AND u.code = :unit
       AND {in_force}
     ORDER BY p.id <> :drafter, p.id LIMIT 1
    """
)
_WHY = text(
    """
    SELECT d.opinion FROM decision d JOIN step s ON s.id = d.step_id
     WHERE d.case_id = :case AND s.key = 'opinion' AND d.action = 'approve' ORDER BY d.id DESC LIMIT 1
    """
)


@dataclass(frozen=True)
class Issued:
    """A document that was issued and marked. ``secret_term``: its declassification has to be confirmed."""

    case_id: int
    number: str
    document_version_id: int
    doc_no: str
    formed_on: date
    issued_on: date
    title: str
    attribute: str
    issued_as: str
    ground: str
    unit: str
    drafter_id: int
    secret_term: bool

    @property
    def changed(self) -> bool:
        """Whether it has another attribute than it was issued with."""
        return self.attribute != self.issued_as


def issued(connection: Connection, number: str) -> Issued | None:
    """The document the case of that number issued, if it did; not one that it only discloses later."""
    row = connection.execute(_ISSUED, {"number": number, "secret": Ground.STATE_SECRET.value}).one_or_none()
    return Issued(**row._asdict()) if row else None


def look_up_issued(work: Work, arguments: dict[str, str]) -> Done:
    """Give the case the name of the document it reviews; the journal is told nothing of the title."""
    found = _found(work, arguments["number"])
    work.case.title = f"公开属性自查：{found.title}（{found.doc_no}）"
    return Done(
        {
            "doc_no": found.doc_no,
            "attribute": found.attribute,
            "ground": found.ground,
            "unit": found.unit,
            "secret_term": found.secret_term,
        }
    )


def change_attribute(work: Work, arguments: dict[str, str]) -> Done:
    """变更公开属性: a row more; what was signed, numbered and marked stays as it is.

    Says who would take care of the document's disclosure: its drafter, or whoever drafts for the unit now.
    """
    found = _found(work, arguments["number"])
    new = DisclosureAttribute(arguments["attribute"])
    today = work.service.today
    why = work.connection.scalar(_WHY, {"case": work.case.id}) or ""
    work.connection.execute(
        AttributeChange.__table__.insert().values(
            case_id=found.case_id,
            decided_in=work.case.id,
            old_attribute=found.attribute,
            new_attribute=new.value,
            old_ground=found.ground,
            why=why,
            declassified_by=arguments.get("declassified_by") or "",
            changed_on=today,
            changed_at=work.now,
        )
    )
    drafter = work.connection.scalar(
        _IN_CHARGE,
        {
            "position": Position.DRAFTER.value,
            "unit": found.unit,
            "today": today,
            "drafter": found.drafter_id,
        },
    )
    return Done(
        {
            "document": found.number,
            "old": found.attribute,
            "new": new.value,
            "marking": new.marking,
            "changed_on": today.isoformat(),
            "drafter": drafter or "",
            "unit": found.unit,
        }
    )


def _found(work: Work, number: str) -> Issued:
    """The issued document.

    Raises:
        AttributeNotChanged: the case of that number has issued nothing.
    """
    found = issued(work.connection, number)
    if found is None:
        raise AttributeNotChanged(where=work.case.number, number=number)
    return found
