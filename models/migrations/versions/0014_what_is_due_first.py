"""what is due first: indexes of the inbox, of its news, and of cases that are about another one"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_document_version_created_by", "document_version", ["created_by", "case_id"])
    op.create_index(
        "ix_assignment_closed_apart", "assignment", ["closed_at"], postgresql_where=sa.text("step_id IS NULL")
    )
    op.create_index(
        "ix_case_about",
        "cases",
        [sa.text("(intake->>'document')")],
        postgresql_where=sa.text("procedure = 'publication-change'"),
    )


def downgrade() -> None:
    op.drop_index("ix_case_about", "cases")
    op.drop_index("ix_assignment_closed_apart", "assignment")
    op.drop_index("ix_document_version_created_by", "document_version")
