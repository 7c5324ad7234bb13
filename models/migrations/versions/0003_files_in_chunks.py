"""files up to 50 MB: content in chunks, uploads before they are submitted, text for search"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHUNKS = {"attachment_chunk": ("attachment_id", "attachment"), "register_file_chunk": ("file_id", "register_file")}


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("assignment_id", sa.BigInteger(), sa.ForeignKey("assignment.id"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("assignment_id", "person_id", "sha256", "name"),
    )
    _chunks("upload_chunk", "upload_id", "upload", ondelete="CASCADE")
    op.execute("GRANT SELECT, INSERT, DELETE ON upload, upload_chunk TO gongkai_app")
    for table, (column, owner) in CHUNKS.items():
        _chunks(table, column, owner)
        op.execute(f"INSERT INTO {table} SELECT id, 0, content FROM {owner}")
        if owner == "register_file":
            op.execute("ALTER TABLE register_file ADD size integer NOT NULL DEFAULT 0")
            op.execute("ALTER TABLE register_file DISABLE TRIGGER only_grows")
            op.execute("UPDATE register_file SET size = octet_length(content)")
            op.execute("ALTER TABLE register_file ENABLE TRIGGER only_grows")
            op.execute("ALTER TABLE register_file ALTER size DROP DEFAULT")
        op.execute(f"ALTER TABLE {owner} DROP COLUMN content")
        op.execute(f"ALTER TABLE {owner} ADD text varchar NOT NULL DEFAULT ''")
        op.execute(f"ALTER TABLE {owner} ALTER text DROP DEFAULT")
        _only_grows(table)
        op.execute(f"GRANT SELECT, INSERT ON {table} TO gongkai_app")
    op.execute("GRANT SELECT ON register_file_chunk TO gongkai_public")


def _chunks(table: str, column: str, owner: str, ondelete: str | None = None) -> None:
    op.create_table(
        table,
        sa.Column(column, sa.BigInteger(), sa.ForeignKey(f"{owner}.id", ondelete=ondelete), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    # Every format taken is compressed already: trying again would only cost time.
    op.execute(f"ALTER TABLE {table} ALTER content SET STORAGE EXTERNAL")


def _only_grows(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("files larger than a row cannot go back into one")
