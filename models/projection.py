"""What Prefect has been shown of each case. Deleting it all loses nothing: it is shown again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import Stored, instant, reference


class ShownCase(Stored, table=True):
    """The flow run that shows a case. A new ``generation`` starts when its run is gone."""

    __tablename__ = "shown_case"
    __table_args__ = (
        Index("ix_shown_case_run", "flow_run_id", unique=True),
        Index("ix_shown_case_unfinished", "case_id", postgresql_where=text("NOT finished")),
        Index(
            "ix_shown_case_deadlines",
            "deadlines_until",
            postgresql_where=text("NOT finished AND deadlines_until IS NOT NULL"),
        ),
    )

    case_id: int = reference("cases.id", primary_key=True)
    generation: int = 1
    flow_run_id: UUID | None = None
    shown_seq: int = 0
    woken_at: datetime | None = instant(nullable=True)  # we resumed it; null: it should be parked
    pause_key: str = ""  # of our last park; empty: never parked
    flagged_key: str | None = None  # the park someone disturbed by hand, once that was flagged
    label: str = ""  # name and tags last set
    message: str = ""  # state message last set
    sheet_id: UUID | None = None  # the routing sheet's artifact
    deadlines_id: UUID | None = None  # that of the table of time limits
    deadlines_until: datetime | None = instant(nullable=True)  # so long is it true if nothing happens
    finished: bool = False  # the closed case's run has been seen Completed


class ShownDeployment(Stored, table=True):
    """A procedure's deployment in Prefect; another identity than ours means Prefect's database is new."""

    __tablename__ = "shown_deployment"

    procedure: str = Field(primary_key=True)
    deployment_id: UUID
    work_pool_id: UUID
    digest: str  # of what was applied; differs when schema or site data changed
