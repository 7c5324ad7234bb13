"""one's own desk: what was typed and not yet sent, and phrases of one's own"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_draft",
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("about", sa.Text(), primary_key=True),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "phrase",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.UniqueConstraint("person_id", "text"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON saved_draft, phrase TO gongkai_app")


def downgrade() -> None:
    op.drop_table("phrase")
    op.drop_table("saved_draft")
