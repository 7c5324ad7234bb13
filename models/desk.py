"""One's own desk: what was typed and not yet sent 暂存, and own phrases 常用语. Nobody else sees either."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, json_object, reference


class SavedDraft(Stored, table=True):
    """A page's fields as they were typed; ``about`` is ``todo:12`` or ``launch:proactive-disclosure``."""

    __tablename__ = "saved_draft"

    person_id: int = reference("person.id", primary_key=True)
    about: str = Field(primary_key=True)
    fields: dict[str, Any] = json_object()
    saved_at: datetime = instant()


class Phrase(Stored, table=True):
    """A phrase for opinions."""

    __tablename__ = "phrase"
    __table_args__ = (UniqueConstraint("person_id", "text"),)

    id: int | None = generated_id()
    person_id: int = reference("person.id", index=False)
    text: str
