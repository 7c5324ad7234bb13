"""the site's own law: calendars and numbers it imported, only ever added"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE law_change (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind varchar NOT NULL,
            key varchar NOT NULL,
            content jsonb NOT NULL,
            imported_by varchar NOT NULL,
            imported_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON law_change "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_truncated BEFORE TRUNCATE ON law_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON law_change TO gongkai_app")


def downgrade() -> None:
    op.execute("DROP TABLE law_change")
