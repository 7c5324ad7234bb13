"""a password set by another is good for choosing one's own and nothing else"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person", sa.Column("password_set_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True)
    )
    op.alter_column("notification", "case_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_index("ix_notification_person_id", "notification", ["person_id"])  # a mailbox shows its person's
    op.create_index("ix_publication_change_case_id", "publication_change", ["case_id"])


def downgrade() -> None:
    op.drop_index("ix_publication_change_case_id", "publication_change")
    op.drop_index("ix_notification_person_id", "notification")
    op.execute("DELETE FROM notification WHERE case_id IS NULL")
    op.alter_column("notification", "case_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_column("person", "password_set_by")
