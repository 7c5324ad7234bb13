"""published copies only grow: what the public saw cannot be changed behind its back"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IMMUTABLE = ("publication", "register_entry", "register_file")


def upgrade() -> None:
    for table in IMMUTABLE:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM gongkai_app")


def downgrade() -> None:
    for table in IMMUTABLE:
        op.execute(f"DROP TRIGGER only_grows ON {table}")
        op.execute(f"DROP TRIGGER never_truncated ON {table}")
        op.execute(f"GRANT UPDATE, DELETE ON {table} TO gongkai_app")
