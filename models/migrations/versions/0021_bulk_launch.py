"""many cases launched from one file: the file, its rows, and what became of each"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_launch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("by_lines", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_bulk_launch_uploaded_by", "bulk_launch", ["uploaded_by"])
    op.create_index(
        "ix_bulk_launch_under_way",
        "bulk_launch",
        ["id"],
        postgresql_where=sa.text("started_at IS NOT NULL AND done_at IS NULL"),
    )
    op.create_table(
        "bulk_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("bulk_id", sa.BigInteger(), sa.ForeignKey("bulk_launch.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("stated", postgresql.JSONB()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id")),
        sa.UniqueConstraint("bulk_id", "place"),
    )
    op.create_index(
        "ix_bulk_row_waiting", "bulk_row", ["bulk_id", "place"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "ix_bulk_row_case_id", "bulk_row", ["case_id"], postgresql_where=sa.text("case_id IS NOT NULL")
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON bulk_launch, bulk_row TO gongkai_app")
    op.execute("GRANT USAGE ON SEQUENCE bulk_launch_id_seq, bulk_row_id_seq TO gongkai_app")


def downgrade() -> None:
    op.drop_table("bulk_row")
    op.drop_table("bulk_launch")
