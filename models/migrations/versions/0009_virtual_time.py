"""statutory time that moves, in databases stamped for it before anything was stored, and in no others"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STAMPED_FIRST = """
CREATE FUNCTION stamped_before_anything_else() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM person) OR EXISTS (SELECT FROM cases) OR EXISTS (SELECT FROM ledger_entry) THEN
        RAISE EXCEPTION 'time is never made movable in a database that holds something'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
ONLY_FORWARD = """
CREATE FUNCTION time_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.stamped_at) IS DISTINCT FROM (OLD.id, OLD.stamped_at) OR NEW.ahead < OLD.ahead THEN
        RAISE EXCEPTION 'statutory time only moves forward' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
ADVANCE = """
CREATE FUNCTION advance_virtual_time(by interval) RETURNS interval
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS 'UPDATE virtual_time SET ahead = ahead + by RETURNING ahead'
"""
TRIGGERS = {
    "stamped_first": "BEFORE INSERT ON virtual_time FOR EACH ROW EXECUTE FUNCTION stamped_before_anything_else()",
    "only_forward": "BEFORE UPDATE ON virtual_time FOR EACH ROW EXECUTE FUNCTION time_moves_forward()",
    "only_grows": "BEFORE DELETE ON virtual_time FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "never_truncated": "BEFORE TRUNCATE ON virtual_time FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
}


def upgrade() -> None:
    op.create_table(
        "virtual_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ahead", sa.Interval(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="one_stamp"),
    )
    for function in (STAMPED_FIRST, ONLY_FORWARD, ADVANCE):
        op.execute(function)
    for name, when in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when}")
    # The application reads it, and moves it through the one function; only the owner stamps.
    op.execute("GRANT SELECT ON virtual_time TO gongkai_app")
    op.execute("REVOKE ALL ON FUNCTION advance_virtual_time(interval) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION advance_virtual_time(interval) TO gongkai_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION advance_virtual_time(interval)")
    op.drop_table("virtual_time")
    op.execute("DROP FUNCTION stamped_before_anything_else()")
    op.execute("DROP FUNCTION time_moves_forward()")
