"""time limits in Prefect: what of clocks and rungs was shown last, and until when the shown table is true"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clock", sa.Column("changed_seq", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("clock", "changed_seq", server_default=None)
    op.add_column("rung", sa.Column("fired_seq", sa.Integer(), nullable=True))
    op.execute("UPDATE clock SET changed_seq = c.seq FROM cases c WHERE c.id = clock.case_id")
    op.execute("UPDATE rung SET fired_seq = c.seq FROM cases c WHERE c.id = case_id AND fired_at IS NOT NULL")
    op.add_column("shown_case", sa.Column("deadlines_id", sa.Uuid(), nullable=True))
    op.add_column("shown_case", sa.Column("deadlines_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_shown_case_deadlines",
        "shown_case",
        ["deadlines_until"],
        postgresql_where=sa.text("NOT finished AND deadlines_until IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("shown_case", "deadlines_until")
    op.drop_column("shown_case", "deadlines_id")
    op.drop_column("rung", "fired_seq")
    op.drop_column("clock", "changed_seq")
