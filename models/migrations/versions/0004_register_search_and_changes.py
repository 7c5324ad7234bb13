"""register: searched by pairs of characters, document type, addresses; take-down and change of address"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HIDDEN = ("register_entry", "register_file")
"""What the public role no longer sees once a document is taken down: by policy, whatever a query forgets."""


def upgrade() -> None:
    for column in ("doc_type", "website_url"):
        op.add_column("register_entry", sa.Column(column, sa.Text(), nullable=False, server_default=""))
    make_searchable()
    record_changes()
    hide_what_was_taken_down()


def make_searchable() -> None:
    """Trigrams cannot find 消防; every pair of neighbouring characters can be looked up, and single ones."""
    op.execute(
        """
        -- Whole and half width, case, spaces and line ends, and the kinds of brackets make no difference.
        CREATE FUNCTION register_fold(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
          SELECT translate(lower(regexp_replace(normalize(said, NFKC), '\\s+', '', 'g')), '〔〕[]【】', '()()()')
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION register_pairs(folded text) RETURNS SETOF text
          LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
          SELECT c || following FROM (
            SELECT c, lead(c) OVER (ORDER BY n) AS following
              FROM unnest(string_to_array(folded, NULL)) WITH ORDINALITY AS t (c, n)
          ) AS pairs WHERE following IS NOT NULL
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION register_grams(folded text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
          SELECT coalesce(array_agg(DISTINCT gram COLLATE "C"), '{}') FROM (
            SELECT unnest(string_to_array(folded, NULL)) AS gram
            UNION ALL SELECT register_pairs(folded)
          ) AS grams
        $$
        """
    )
    op.execute(
        """
        -- What a text must hold to hold this word.
        CREATE FUNCTION register_wanted(folded text) RETURNS text[]
          LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
          SELECT CASE WHEN char_length(folded) < 2 THEN ARRAY[folded]
                 ELSE ARRAY(SELECT DISTINCT register_pairs(folded) COLLATE "C") END
        $$
        """
    )
    op.execute(
        """
        CREATE TABLE register_text (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          slug text NOT NULL,
          source text NOT NULL,  -- title, number, body, or the SHA-256 of the attachment it is the text of
          said text NOT NULL,
          folded text NOT NULL GENERATED ALWAYS AS (register_fold(said)) STORED,
          grams text[] NOT NULL GENERATED ALWAYS AS (register_grams(register_fold(said))) STORED,
          UNIQUE (slug, source)
        )
        """
    )
    op.execute("CREATE INDEX ix_register_text_grams ON register_text USING gin (grams)")
    # By the database, so that nothing enters the register that cannot be found.
    op.execute(
        """
        CREATE FUNCTION make_entry_searchable() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO register_text (slug, source, said) VALUES
            (NEW.slug, 'title', NEW.title), (NEW.slug, 'number', NEW.doc_no), (NEW.slug, 'body', NEW.body);
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        INSERT INTO register_text (slug, source, said)
        SELECT slug, source, said FROM register_entry,
               LATERAL (VALUES ('title', title), ('number', doc_no), ('body', body)) AS t (source, said)
        """
    )
    op.execute(
        "CREATE TRIGGER searchable AFTER INSERT ON register_entry "
        "FOR EACH ROW EXECUTE FUNCTION make_entry_searchable()"
    )
    op.execute("GRANT SELECT, INSERT ON register_text TO gongkai_app")
    op.execute("GRANT SELECT ON register_text TO gongkai_public")


def record_changes() -> None:
    op.execute(
        """
        CREATE TABLE publication_change (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          case_id bigint NOT NULL UNIQUE REFERENCES cases (id),
          publication_id bigint NOT NULL REFERENCES publication (id),
          slug text NOT NULL REFERENCES register_entry (slug),
          kind text NOT NULL CHECK (kind IN ('take_down', 'url_change')),
          title text NOT NULL,
          doc_no text NOT NULL,
          reason text NOT NULL CHECK (reason <> ''),
          old_url text NOT NULL,
          new_url text NOT NULL,
          changed_at timestamptz NOT NULL,
          CHECK ((kind = 'url_change') = (new_url <> ''))
        )
        """
    )
    op.execute("CREATE INDEX ix_publication_change_slug ON publication_change (slug)")
    op.execute("CREATE UNIQUE INDEX taken_down_once ON publication_change (slug) WHERE kind = 'take_down'")
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON publication_change "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_truncated BEFORE TRUNCATE ON publication_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON publication_change TO gongkai_app")
    op.execute("GRANT SELECT ON publication_change TO gongkai_public")


def hide_what_was_taken_down() -> None:
    for table in HIDDEN:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY office ON {table} TO gongkai_app USING (true) WITH CHECK (true)")
        op.execute(
            f"CREATE POLICY standing ON {table} FOR SELECT TO gongkai_public USING (NOT EXISTS (SELECT 1"
            f" FROM publication_change c WHERE c.slug = {table}.slug AND c.kind = 'take_down'))"
        )
    # Chunks follow their file, which the public role does not see any more.
    op.execute("ALTER TABLE register_file_chunk ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY office ON register_file_chunk TO gongkai_app USING (true) WITH CHECK (true)")
    op.execute(
        "CREATE POLICY standing ON register_file_chunk FOR SELECT TO gongkai_public USING (EXISTS (SELECT 1"
        " FROM register_file f WHERE f.id = register_file_chunk.file_id))"
    )
    # No policy on register_text: it would keep the index from being used. Its rows go instead; the entry stays.
    op.execute(
        """
        CREATE FUNCTION forget_taken_down() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
          SET search_path = public, pg_temp AS $$
        BEGIN
          DELETE FROM register_text WHERE slug = NEW.slug AND NEW.kind = 'take_down';
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER forgotten AFTER INSERT ON publication_change "
        "FOR EACH ROW EXECUTE FUNCTION forget_taken_down()"
    )


def downgrade() -> None:
    for table in HIDDEN:
        op.execute(f"DROP POLICY standing ON {table}")
        op.execute(f"DROP POLICY office ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP TRIGGER searchable ON register_entry")
    op.execute("DROP TABLE publication_change, register_text")
    for function in ("make_entry_searchable()", "forget_taken_down()"):
        op.execute(f"DROP FUNCTION {function}")
    for function in ("register_wanted", "register_grams", "register_pairs", "register_fold"):
        op.execute(f"DROP FUNCTION {function}(text)")
    for column in ("doc_type", "website_url"):
        op.drop_column("register_entry", column)
