"""Looking back 自查: disclosure attributes changed after issue."""

from datetime import date, datetime

from models.columns import Stored, generated_id, instant, reference


class AttributeChange(Stored, table=True):
    """公开属性变更 of an issued document; its version and marking stay as they were signed. Only grows."""

    __tablename__ = "attribute_change"

    id: int | None = generated_id()
    case_id: int = reference("cases.id")  # that issued the document
    decided_in: int = reference("cases.id")  # that changed it
    old_attribute: str
    new_attribute: str
    old_ground: str = ""
    why: str
    declassified_by: str = ""  # what confirmed that a secrecy term had ended
    changed_on: date
    changed_at: datetime = instant()
