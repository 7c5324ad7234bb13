"""time limits: clocks, the rungs of their ladders, and acts on them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_clock()
    _create_rung()
    _create_clock_act()
    for table in ("assignment", "notification"):
        op.add_column(table, sa.Column("rung_id", sa.BigInteger(), sa.ForeignKey("rung.id"), nullable=True))
        op.add_column(
            table, sa.Column("clock_act_id", sa.BigInteger(), sa.ForeignKey("clock_act.id"), nullable=True)
        )
        op.create_index(f"ix_{table}_rung_id", table, ["rung_id"])
        op.create_index(f"ix_{table}_clock_act_id", table, ["clock_act_id"])
    op.add_column("assignment", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.alter_column("assignment", "note", server_default=None)
    op.create_check_constraint(
        "ck_assignment_is_of_one_thing",
        "assignment",
        "num_nonnulls(step_id, incident_id, rung_id, clock_act_id) = 1",
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON clock, rung, clock_act TO gongkai_app")


def _create_clock() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("step_id", sa.BigInteger(), sa.ForeignKey("step.id"), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("starts", postgresql.JSONB(), nullable=False),
        sa.Column("ladder", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("silence", sa.Text(), nullable=False),
        sa.Column("armed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("law_revision", sa.Integer(), nullable=False),
        sa.Column("governing", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("late_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_because", sa.Text(), nullable=False),
        sa.Column("met_late", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("case_id", "key", "round"),
    )
    is_open = sa.text("closed_at IS NULL")
    op.create_index("ix_clock_open", "clock", ["case_id"], postgresql_where=is_open)
    op.create_index("ix_clock_open_law", "clock", ["law_revision"], postgresql_where=is_open)
    op.create_index("ix_clock_step", "clock", ["step_id"], postgresql_where=sa.text("step_id IS NOT NULL"))


def _create_rung() -> None:
    op.create_table(
        "rung",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("clock_id", sa.BigInteger(), sa.ForeignKey("clock.id"), nullable=False),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("clock_id", "moves", "kind", "place"),
    )
    armed = sa.text("fired_at IS NULL")
    op.create_index("ix_rung_armed", "rung", ["clock_id"], unique=True, postgresql_where=armed)
    op.create_index("ix_rung_due", "rung", ["due_at"], postgresql_where=armed)
    op.create_index("ix_rung_case_id", "rung", ["case_id"])


def _create_clock_act() -> None:
    op.create_table(
        "clock_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("clock_id", sa.BigInteger(), sa.ForeignKey("clock.id"), nullable=False),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("basis", postgresql.JSONB(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("resumed_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
    )
    unanswered = sa.text("answered_at IS NULL")
    op.create_index(
        "ix_clock_act_open", "clock_act", ["clock_id"], unique=True, postgresql_where=unanswered
    )
    op.create_index("ix_clock_act_case_id", "clock_act", ["case_id"])
    op.create_index("ix_clock_act_clock_id", "clock_act", ["clock_id"])


def downgrade() -> None:
    op.drop_constraint("ck_assignment_is_of_one_thing", "assignment")
    op.drop_column("assignment", "note")
    for table in ("notification", "assignment"):
        op.drop_column(table, "clock_act_id")
        op.drop_column(table, "rung_id")
    for table in ("clock_act", "rung", "clock"):
        op.drop_table(table)
