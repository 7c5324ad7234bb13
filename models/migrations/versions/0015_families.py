"""cases that belong together: links, milestones others wait for, and one case only of a year or a source"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("other_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("case_id", "other_id", "relation"),
    )
    op.create_index("ix_case_link_other_id", "case_link", ["other_id"])
    op.create_table(
        "milestone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_milestone_reached", "milestone", ["case_id", "name", "id"])
    op.execute("GRANT SELECT, INSERT ON case_link, milestone TO gongkai_app")
    op.create_index(
        "ix_step_awaiting", "step", ["id"], postgresql_where=sa.text("kind = 'await' AND settled_at IS NULL")
    )
    op.add_column("cases", sa.Column("unique_key", sa.Text(), nullable=True))
    op.create_index(
        "ix_case_unique_key",
        "cases",
        ["procedure", "unique_key"],
        unique=True,
        postgresql_where=sa.text("unique_key IS NOT NULL"),
    )
    op.execute(
        "INSERT INTO case_link (case_id, other_id, relation, made_at)"
        " SELECT c.id, o.id, 'changes', c.launched_at FROM cases c JOIN cases o"
        " ON o.number = c.intake->>'document' WHERE c.procedure = 'publication-change'"
    )
    op.drop_index("ix_case_about", "cases")


def downgrade() -> None:
    op.create_index(
        "ix_case_about",
        "cases",
        [sa.text("(intake->>'document')")],
        postgresql_where=sa.text("procedure = 'publication-change'"),
    )
    op.drop_index("ix_case_unique_key", "cases")
    op.drop_column("cases", "unique_key")
    op.drop_index("ix_step_awaiting", "step")
    op.drop_table("milestone")
    op.drop_table("case_link")
