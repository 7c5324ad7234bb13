"""The site's own law: imported arrangements of days off and numbers the law leaves to the organ."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from models.columns import Stored, generated_id, instant, json_object


class LawKind(StrEnum):
    """What a change is about; the key within it is a year, or a parameter's key."""

    CALENDAR = "calendar"
    PARAMETERS = "parameters"


class LawChange(Stored, table=True):
    """One import of one year or one parameter, whole. The latest of a key governs. Append-only.

    The highest id is the revision of the law: who knows it knows which rows were read.
    """

    __tablename__ = "law_change"

    id: int | None = generated_id()
    kind: str
    key: str
    content: dict[str, Any] = json_object()
    imported_by: str  # a user name, or the operator of the machine, who is no person
    imported_at: datetime = instant()
