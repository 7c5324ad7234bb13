"""what is looked back on every year: attributes changed after issue; a number that a later disclosure keeps"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attribute_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("decided_in", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("old_attribute", sa.Text(), nullable=False),
        sa.Column("new_attribute", sa.Text(), nullable=False),
        sa.Column("old_ground", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("declassified_by", sa.Text(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_attribute_change_case_id", "attribute_change", ["case_id"])
    op.create_index("ix_attribute_change_decided_in", "attribute_change", ["decided_in"])
    op.execute("GRANT SELECT, INSERT ON attribute_change TO gongkai_app")
    op.create_table(
        "indicator_weight",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "evaluation_figure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("indicator", postgresql.JSONB(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("figure", sa.Float(), nullable=True),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("behind", postgresql.JSONB(), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("case_id", "key"),
    )
    op.execute("GRANT SELECT, INSERT ON indicator_weight, evaluation_figure TO gongkai_app")
    op.add_column("access_token", sa.Column("scope", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "document_issue",
        sa.Column("disclosed_from", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=True),
    )
    op.create_index("ix_document_issue_disclosed_from", "document_issue", ["disclosed_from"])
    op.drop_constraint("document_issue_doc_no_key", "document_issue")
    op.create_index(
        "ix_document_issue_doc_no",
        "document_issue",
        ["doc_no"],
        unique=True,
        postgresql_where=sa.text("disclosed_from IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_document_issue_doc_no", "document_issue")
    op.create_unique_constraint("document_issue_doc_no_key", "document_issue", ["doc_no"])
    op.drop_index("ix_document_issue_disclosed_from", "document_issue")
    op.drop_column("document_issue", "disclosed_from")
    op.drop_column("access_token", "scope")
    op.drop_table("evaluation_figure")
    op.drop_table("indicator_weight")
    op.drop_table("attribute_change")
