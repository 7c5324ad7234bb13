"""Many cases launched from one file 批量发起: the file, and what became of each of its rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, json_object, reference


class BulkLaunch(Stored, table=True):
    """One uploaded file. ``started_at``: its good rows are launched from then; ``done_at``: none is left."""

    __tablename__ = "bulk_launch"
    __table_args__ = (
        Index(
            "ix_bulk_launch_under_way",
            "id",
            postgresql_where=text("started_at IS NOT NULL AND done_at IS NULL"),
        ),
    )

    id: int | None = generated_id()
    procedure: str
    name: str
    sha256: str
    columns: list[str] = json_object()  # in the order of the file
    by_lines: bool  # JSON lines; else CSV
    uploaded_by: int = reference("person.id")
    channel: str
    uploaded_at: datetime = instant()
    started_at: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)


class BulkRow(Stored, table=True):
    """One row: ``stated`` is what the file says, dropped once the case has it or where it may not be kept.

    ``state``: waiting, launched, repeated (the key had launched its case before) or bad, with the reason.
    """

    __tablename__ = "bulk_row"
    __table_args__ = (
        UniqueConstraint("bulk_id", "place"),
        Index("ix_bulk_row_waiting", "bulk_id", "place", postgresql_where=text("state = 'waiting'")),
        Index("ix_bulk_row_case_id", "case_id", postgresql_where=text("case_id IS NOT NULL")),
    )

    id: int | None = generated_id()
    bulk_id: int = reference("bulk_launch.id", index=False)
    place: int  # the line of the file
    key: str
    stated: dict[str, Any] | None = json_object(nullable=True)
    state: str = Field(default="waiting")
    reason_zh: str = ""
    reason_en: str = ""
    case_id: int | None = reference("cases.id", nullable=True, index=False)
