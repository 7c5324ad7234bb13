"""links of messages: only hashes, and only ever added"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE todo_link (
            token_hash varchar PRIMARY KEY,
            assignment_id bigint NOT NULL REFERENCES assignment (id),
            person_id bigint NOT NULL REFERENCES person (id),
            created_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON todo_link "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_truncated BEFORE TRUNCATE ON todo_link "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON todo_link TO gongkai_app")


def downgrade() -> None:
    op.execute("DROP TABLE todo_link")
