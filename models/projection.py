"""What Prefect has been shown of each case. Deleting it all loses nothing: it is shown again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text

from models.columns import Stored, instant, reference


class ShownCase(Stored, table=True):
    """The flow run that shows a case. A new ``generation`` starts when its run was spoilt by hand."""

    __tablename__ = "shown_case"
    __table_args__ = (Index("ix_shown_case_run", "flow_run_id"),)

    case_id: int = reference("cases.id", primary_key=True)
    generation: int = 0
    flow_run_id: UUID | None = None
    shown_seq: int = 0
    woken_at: datetime | None = instant(nullable=True)  # we resumed it; null: it should be parked
    finished: bool = False  # the closed case's run has been seen Completed
    trouble: str = ""


class ShownStep(Stored, table=True):
    """The task run that shows one step round in the present generation."""

    __tablename__ = "shown_step"
    __table_args__ = (
        UniqueConstraint("task_run_id"),
        Index("ix_shown_step_running", "step_id", postgresql_where=text("state = 'RUNNING'")),
    )

    step_id: int = reference("step.id", primary_key=True)
    generation: int
    task_run_id: UUID
    state: str
