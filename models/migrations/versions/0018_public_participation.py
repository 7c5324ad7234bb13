"""public participation: windows, comments accepted only within them, moderation, dispositions, events"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ONLY_GROW = ("public_comment", "comment_moderation", "comment_disposition", "consultation_event")
TABLES = (
    "comment_use",
    "comment_day",
    "consultation_event",
    "comment_disposition",
    "comment_theme",
    "comment_moderation",
    "comment_author",
    "public_comment",
    "comment_window",
)


def upgrade() -> None:
    make_windows_and_comments()
    accept_within_the_window_only()
    make_what_becomes_of_them()
    limit_how_often()
    open_to_the_public()


def _case() -> sa.Column:
    return sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False)


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True)


def _text(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _person(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), sa.ForeignKey("person.id"), nullable=nullable)


def make_windows_and_comments() -> None:
    op.create_table(
        "comment_window",
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("slug", sa.Text(), nullable=False, unique=True),
        _text("title"),
        sa.Column("online", sa.Boolean(), nullable=False),
        _instant("opens_at"),
        _instant("closes_at", nullable=True),
        _instant("settled_at", nullable=True),
        _instant("outcome_at", nullable=True),
        _text("outcome_slug", ""),
        sa.CheckConstraint("closes_at > opens_at"),
    )
    op.create_table(
        "public_comment",
        _id(),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("comment_window.case_id"), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        _text("said"),
        _text("channel"),
        _text("from_whom"),
        _instant("received_at"),
        _instant("registered_at"),
        _person("registered_by", nullable=True),
        sa.Column("receipt_hash", sa.Text(), nullable=False, unique=True),
        sa.UniqueConstraint("case_id", "serial"),
        sa.CheckConstraint("said <> '' AND char_length(said) <= 2000"),
        sa.CheckConstraint("received_at <= registered_at"),
        sa.CheckConstraint("(registered_by IS NULL) = (channel = 'web')"),
    )
    op.create_table(  # apart, so that it can be erased and the comment stays
        "comment_author",
        sa.Column("comment_id", sa.BigInteger(), sa.ForeignKey("public_comment.id"), primary_key=True),
        _text("name"),
        _text("contact"),
    )


def accept_within_the_window_only() -> None:
    """On any path: whoever inserts a comment meets the window, under the window's lock."""
    op.execute(
        """
        CREATE FUNCTION accept_comment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
          SET search_path = public, pg_temp AS $$
        DECLARE w comment_window;
        BEGIN
          SELECT * INTO w FROM comment_window WHERE case_id = NEW.case_id FOR UPDATE;
          IF NOT FOUND OR w.settled_at IS NOT NULL OR NEW.received_at < w.opens_at
             OR NEW.received_at >= coalesce(w.closes_at, 'infinity') THEN
            RAISE EXCEPTION 'a comment outside its window'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'comment_in_its_window';
          END IF;
          SELECT coalesce(max(serial), 0) + 1 INTO NEW.serial FROM public_comment
           WHERE case_id = NEW.case_id;
          RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER within_the_window BEFORE INSERT ON public_comment "
        "FOR EACH ROW EXECUTE FUNCTION accept_comment()"
    )


def make_what_becomes_of_them() -> None:
    comment = sa.ForeignKey("public_comment.id")
    op.create_table(
        "comment_moderation",
        _id(),
        sa.Column("comment_id", sa.BigInteger(), comment, nullable=False, index=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        _text("reason", ""),
        _person("decided_by"),
        _instant("decided_at"),
        sa.CheckConstraint("shown OR reason <> ''"),
    )
    op.create_table(
        "comment_theme",
        _id(),
        _case(),
        _text("name"),
        _text("public_reason", ""),
        sa.UniqueConstraint("case_id", "name"),
    )
    op.create_table(
        "comment_disposition",
        _id(),
        sa.Column("comment_id", sa.BigInteger(), sa.ForeignKey("public_comment.id"), nullable=False),
        sa.Column("theme_id", sa.BigInteger(), sa.ForeignKey("comment_theme.id"), nullable=False),
        _text("disposition"),
        _text("reason", ""),
        _person("decided_by"),
        _instant("decided_at"),
        sa.CheckConstraint("disposition IN ('adopted', 'partly', 'not_adopted')"),
        sa.CheckConstraint("disposition = 'adopted' OR reason <> ''"),
    )
    op.create_index("ix_comment_disposition_comment_id", "comment_disposition", ["comment_id"])
    op.create_table(
        "consultation_event",
        _id(),
        _case(),
        _text("form"),
        sa.Column("held_on", sa.Date(), nullable=False),
        _text("place"),
        _text("participants"),
        _text("summary"),
        _instant("recorded_at"),
    )
    op.create_index("ix_consultation_event_case_id", "consultation_event", ["case_id"])
    for table in ONLY_GROW:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO gongkai_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON comment_window, comment_theme TO gongkai_app")
    op.execute("GRANT SELECT, INSERT, DELETE ON comment_author TO gongkai_app")


def limit_how_often() -> None:
    """Counted under a hash whose key is a new one every day and is then thrown away."""
    op.create_table(
        "comment_day", sa.Column("day", sa.Date(), primary_key=True), _text("salt")
    )
    op.create_table(
        "comment_use",
        sa.Column("hour", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("who", sa.Text(), primary_key=True),
        sa.Column("used", sa.Integer(), nullable=False),
    )
    op.execute("GRANT SELECT ON comment_day, comment_use TO gongkai_app")
    op.execute(
        """
        CREATE FUNCTION may_comment(address text, at timestamptz, each_hour int, all_hour int)
          RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE today date := (at AT TIME ZONE 'UTC')::date; key text; own int; every int;
        BEGIN
          DELETE FROM comment_day WHERE day < today;
          DELETE FROM comment_use WHERE comment_use.hour < at - interval '1 day';
          INSERT INTO comment_day VALUES (today, gen_random_uuid()::text || gen_random_uuid()::text)
            ON CONFLICT DO NOTHING;
          SELECT salt INTO key FROM comment_day WHERE day = today;
          INSERT INTO comment_use AS u VALUES
            (date_trunc('hour', at), encode(sha256(convert_to(key || address, 'UTF8')), 'hex'), 1)
            ON CONFLICT (hour, who) DO UPDATE SET used = u.used + 1 RETURNING used INTO own;
          IF own > each_hour THEN RETURN false; END IF;
          INSERT INTO comment_use AS u VALUES (date_trunc('hour', at), '*', 1)
            ON CONFLICT (hour, who) DO UPDATE SET used = u.used + 1 RETURNING used INTO every;
          RETURN every <= all_hour;
        END $$
        """
    )


def open_to_the_public() -> None:
    """The public role reads no table of comments and writes into none: one function takes a comment, one
    tells what became of the comment of a receipt, and two views show what may be seen.
    """
    op.execute(
        """
        CREATE FUNCTION submit_comment(
          address_of text, said text, name text, contact text, receipt_hash text, at timestamptz)
          RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE made public_comment; broken text;
        BEGIN
          -- The same form sent twice is one comment: its receipt is known.
          SELECT * INTO made FROM public_comment c WHERE c.receipt_hash = submit_comment.receipt_hash;
          IF FOUND THEN RETURN -made.serial; END IF;
          INSERT INTO public_comment
            (case_id, serial, said, channel, from_whom, received_at, registered_at, receipt_hash)
            SELECT w.case_id, 0, submit_comment.said, 'web', 'public', at, at, submit_comment.receipt_hash
              FROM comment_window w WHERE w.slug = address_of AND w.online AND NOT EXISTS
                (SELECT 1 FROM publication_change c WHERE c.slug = w.slug AND c.kind = 'take_down')
            RETURNING * INTO made;
          IF made.id IS NULL THEN RETURN 0; END IF;
          IF submit_comment.name <> '' OR submit_comment.contact <> '' THEN
            INSERT INTO comment_author VALUES (made.id, submit_comment.name, submit_comment.contact);
          END IF;
          RETURN made.serial;
        EXCEPTION WHEN check_violation THEN
          GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
          IF broken = 'comment_in_its_window' THEN RETURN 0; END IF;
          RAISE;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION receipt_outcome(hash text) RETURNS TABLE (
          title text, slug text, serial int, received_at timestamptz, outcome_slug text, theme text,
          disposition text, reason text)
          LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT w.title, w.slug, c.serial, c.received_at, w.outcome_slug,
                 CASE WHEN w.outcome_at IS NULL THEN '' ELSE coalesce(t.name, '') END,
                 CASE WHEN w.outcome_at IS NULL THEN '' ELSE coalesce(d.disposition, '') END,
                 CASE WHEN w.outcome_at IS NULL THEN '' ELSE coalesce(d.reason, '') END
            FROM public_comment c JOIN comment_window w ON w.case_id = c.case_id
            LEFT JOIN LATERAL (SELECT * FROM comment_disposition x WHERE x.comment_id = c.id
                                ORDER BY x.id DESC LIMIT 1) d ON true
            LEFT JOIN comment_theme t ON t.id = d.theme_id
           WHERE c.receipt_hash = hash
        $$
        """
    )
    op.execute(
        """
        CREATE VIEW shown_comment AS
          SELECT w.slug, c.serial, c.said, c.received_at FROM public_comment c
            JOIN comment_window w ON w.case_id = c.case_id
            JOIN LATERAL (SELECT shown FROM comment_moderation m WHERE m.comment_id = c.id
                           ORDER BY m.id DESC LIMIT 1) m ON m.shown
           WHERE NOT EXISTS
             (SELECT 1 FROM publication_change x WHERE x.slug = w.slug AND x.kind = 'take_down')
        """
    )
    op.execute(
        """
        CREATE VIEW comment_outcome AS
          SELECT w.slug, w.outcome_slug, t.name AS theme, t.public_reason,
                 count(*) FILTER (WHERE d.disposition = 'adopted') AS adopted,
                 count(*) FILTER (WHERE d.disposition = 'partly') AS partly,
                 count(*) FILTER (WHERE d.disposition = 'not_adopted') AS not_adopted
            FROM comment_window w JOIN public_comment c ON c.case_id = w.case_id
            JOIN LATERAL (SELECT * FROM comment_disposition x WHERE x.comment_id = c.id
                           ORDER BY x.id DESC LIMIT 1) d ON true
            JOIN comment_theme t ON t.id = d.theme_id
           WHERE w.outcome_at IS NOT NULL GROUP BY w.slug, w.outcome_slug, t.name, t.public_reason
        """
    )
    for function in (
        "may_comment(text, timestamptz, int, int)",
        "submit_comment(text, text, text, text, text, timestamptz)",
        "receipt_outcome(text)",
    ):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO gongkai_public")
    op.execute("GRANT SELECT ON comment_window, shown_comment, comment_outcome TO gongkai_public")
    op.execute("ALTER TABLE comment_window ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY office ON comment_window TO gongkai_app USING (true) WITH CHECK (true)")
    op.execute(  # as of the register: with its announcement a window leaves the public role's sight
        "CREATE POLICY standing ON comment_window FOR SELECT TO gongkai_public USING (NOT EXISTS (SELECT 1"
        " FROM publication_change c WHERE c.slug = comment_window.slug AND c.kind = 'take_down'))"
    )


def downgrade() -> None:
    op.execute("DROP VIEW shown_comment, comment_outcome")
    for function in (
        "may_comment(text, timestamptz, int, int)",
        "submit_comment(text, text, text, text, text, timestamptz)",
        "receipt_outcome(text)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION accept_comment()")
