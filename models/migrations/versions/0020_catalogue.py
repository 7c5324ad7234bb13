"""the standard catalogue, its history, which publication belongs to which row; looks at published pages"""

from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

ONLY_GROW = ("catalogue_change", "publication_catalogue", "link_check")


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE catalogue_item (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            domain varchar NOT NULL CHECK (domain <> ''),
            level1 varchar NOT NULL CHECK (level1 <> ''),
            level2 varchar NOT NULL CHECK (level2 <> ''),
            basis varchar NOT NULL,
            time_limit varchar NOT NULL,
            subject varchar NOT NULL,
            channels varchar NOT NULL,
            audience varchar NOT NULL,
            method varchar NOT NULL,
            tier varchar NOT NULL,
            status varchar NOT NULL
                CHECK (status IN ('verified', 'content-verified', 'unverified', 'placeholder')),
            position integer NOT NULL,
            active boolean NOT NULL,
            imported jsonb,
            UNIQUE (domain, level1, level2)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE catalogue_change (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            item_id bigint NOT NULL REFERENCES catalogue_item (id),
            action varchar NOT NULL CHECK (action IN ('imported', 'added', 'edited')),
            changed_by varchar NOT NULL,
            changed_at timestamptz NOT NULL,
            before jsonb,
            after jsonb NOT NULL,
            reason varchar NOT NULL CHECK (reason <> '')
        )
        """
    )
    op.execute("CREATE INDEX ix_catalogue_change_item ON catalogue_change (item_id, id)")
    op.execute(
        """
        CREATE TABLE publication_catalogue (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            slug varchar NOT NULL REFERENCES register_entry (slug),
            item_id bigint REFERENCES catalogue_item (id),
            set_by varchar NOT NULL,
            set_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_publication_catalogue_slug ON publication_catalogue (slug, id DESC)")
    op.execute("CREATE INDEX ix_publication_catalogue_item ON publication_catalogue (item_id)")
    op.execute(
        """
        -- Where each document stands now.
        CREATE VIEW catalogued AS
          SELECT slug, item_id, set_at FROM (
            SELECT DISTINCT ON (slug) slug, item_id, set_at FROM publication_catalogue ORDER BY slug, id DESC
          ) latest WHERE item_id IS NOT NULL
        """
    )
    op.execute(
        """
        CREATE TABLE link_check (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            slug varchar NOT NULL REFERENCES register_entry (slug),
            url varchar NOT NULL,
            checked_at timestamptz NOT NULL,
            state varchar NOT NULL
                CHECK (state IN ('ok', 'unreachable', 'other-page', 'gone', 'still-there')),
            why_zh varchar NOT NULL,
            why_en varchar NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_link_check_slug ON link_check (slug, id DESC)")
    for table in ONLY_GROW:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(ONLY_GROW)} TO gongkai_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON catalogue_item TO gongkai_app")
    op.execute("GRANT SELECT ON catalogued TO gongkai_app")
    # The public reads the rows and where documents stand: not who changed what, nor why.
    op.execute(
        "GRANT SELECT (id, domain, level1, level2, basis, time_limit, subject, channels, audience, method,"
        " tier, status, position, active) ON catalogue_item TO gongkai_public"
    )
    op.execute("GRANT SELECT ON catalogued TO gongkai_public")


def downgrade() -> None:
    op.execute("DROP VIEW catalogued")
    op.execute("DROP TABLE link_check, publication_catalogue, catalogue_change, catalogue_item")
