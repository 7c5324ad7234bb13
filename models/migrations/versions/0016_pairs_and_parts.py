"""a copy without withheld parts of a signed document; an interpretation beside its document in the register"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "document_version",
        sa.Column("redacts", sa.BigInteger(), sa.ForeignKey("document_version.id"), nullable=True),
    )
    for table, column in (("document_version", "redactions"), ("register_entry", "withheld")):
        op.add_column(table, sa.Column(column, postgresql.JSONB(), nullable=False, server_default="[]"))
    op.add_column("register_entry", sa.Column("interprets", sa.Text(), nullable=False, server_default=""))
    # A document that is taken down takes its interpretation with it, by one case.
    op.drop_constraint("publication_change_case_id_key", "publication_change")
    op.create_unique_constraint("publication_change_once_by_case", "publication_change", ["case_id", "slug"])


def downgrade() -> None:
    op.drop_constraint("publication_change_once_by_case", "publication_change")
    op.create_unique_constraint("publication_change_case_id_key", "publication_change", ["case_id"])
    op.drop_column("register_entry", "interprets")
    op.drop_column("register_entry", "withheld")
    op.drop_column("document_version", "redactions")
    op.drop_column("document_version", "redacts")
