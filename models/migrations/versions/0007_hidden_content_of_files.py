"""what is hidden in a file, found when it is examined; null for files brought before anybody looked"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("upload", "attachment")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("hidden", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "hidden")
