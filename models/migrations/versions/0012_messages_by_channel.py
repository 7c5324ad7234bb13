"""messages leave by several channels, as their person wishes"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOVED = "attempts, next_try_at, leased_until, sent_at, dropped_at, last_error"


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("notification_id", sa.BigInteger(), sa.ForeignKey("notification.id"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("dropped_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.UniqueConstraint("notification_id", "channel"),
    )
    op.create_table(
        "message_wish",
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("channels", postgresql.JSONB(), nullable=False),
        sa.Column("mobile", sa.String(), nullable=False),
        sa.Column("quiet_from", sa.Time()),
        sa.Column("quiet_until", sa.Time()),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("digested_on", sa.Date()),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON delivery, message_wish TO gongkai_app")
    op.add_column("notification", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("notification", sa.Column("routed_at", sa.DateTime(timezone=True)))
    op.execute(
        f"INSERT INTO delivery (notification_id, channel, {MOVED})"
        f" SELECT id, 'mail', {MOVED} FROM notification ORDER BY id"
    )
    op.execute("UPDATE notification SET routed_at = created_at")
    op.execute("DROP INDEX ix_notification_due")
    for column in MOVED.split(", "):
        op.drop_column("notification", column)
    op.execute(
        "CREATE INDEX ix_delivery_due ON delivery (channel, next_try_at)"
        " WHERE sent_at IS NULL AND dropped_at IS NULL"
    )
    op.execute("CREATE INDEX ix_notification_unrouted ON notification (id) WHERE routed_at IS NULL")


def downgrade() -> None:
    op.execute("DROP INDEX ix_notification_unrouted")
    for column, kind, default in (
        ("attempts", sa.Integer(), "0"),
        ("next_try_at", sa.DateTime(timezone=True), "now()"),
        ("leased_until", sa.DateTime(timezone=True), None),
        ("sent_at", sa.DateTime(timezone=True), None),
        ("dropped_at", sa.DateTime(timezone=True), None),
        ("last_error", sa.String(), "''"),
    ):
        given = None if default is None else sa.text(default)
        op.add_column(
            "notification", sa.Column(column, kind, nullable=default is None, server_default=given)
        )
        op.alter_column("notification", column, server_default=None)
    op.execute(
        "UPDATE notification n SET (attempts, next_try_at, leased_until, sent_at, dropped_at, last_error) ="
        " (d.attempts, d.next_try_at, d.leased_until, d.sent_at, d.dropped_at, d.last_error)"
        " FROM (SELECT DISTINCT ON (notification_id) * FROM delivery"
        "        ORDER BY notification_id, channel <> 'mail') d WHERE d.notification_id = n.id"
    )
    op.drop_table("message_wish")
    op.drop_table("delivery")
    # What only the newer program can tell of.
    op.execute("DELETE FROM notification WHERE template IN ('digest', 'urged')")
    op.drop_column("notification", "routed_at")
    op.drop_column("notification", "urgent")
    op.execute(
        "CREATE INDEX ix_notification_due ON notification (next_try_at)"
        " WHERE sent_at IS NULL AND dropped_at IS NULL"
    )
