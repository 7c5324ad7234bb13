"""what a confidentiality review keeps back of what is released, and why"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withheld_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_withheld_part_case_id", "withheld_part", ["case_id"])
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON withheld_part "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON withheld_part TO gongkai_app")


def downgrade() -> None:
    op.drop_table("withheld_part")
