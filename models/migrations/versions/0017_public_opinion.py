"""public opinion: where it was seen again, what was released in answer, the watch log"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opinion_sighting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("spread", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("case_id", "source", "seen_at", "spread"),
    )
    op.create_table(
        "opinion_release",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column(
            "document_version_id", sa.BigInteger(), sa.ForeignKey("document_version.id"), nullable=False
        ),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logged_by", sa.Text(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_opinion_release_case", "opinion_release", ["case_id", "released_at"])
    op.create_table(
        "watch_log_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("watched_on", sa.Date(), nullable=False),
        sa.Column("since", sa.Time(), nullable=False),
        sa.Column("until", sa.Time(), nullable=False),
        sa.Column("watched_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("cases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_watch_log_day", "watch_log_entry", ["watched_on", "id"])
    for table in ("opinion_sighting", "opinion_release", "watch_log_entry"):
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute("GRANT SELECT, INSERT ON opinion_sighting, opinion_release, watch_log_entry TO gongkai_app")


def downgrade() -> None:
    op.drop_table("watch_log_entry")
    op.drop_table("opinion_release")
    op.drop_table("opinion_sighting")
