"""the worker's tables; what enquiries, checks and reminders keep

The queue's tables, types and functions come whole from the library that works on them, in the version that is
locked. Taking a newer one into the lock needs a migration that runs the library's own steps and does nothing
where this one has already brought them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DROP_QUEUE = """
DO $$
DECLARE thing text;
BEGIN
  DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
  FOR thing IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
    EXECUTE 'DROP FUNCTION ' || thing;
  END LOOP;
  DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status;
END $$
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT to_regclass('procrastinate_jobs')").scalar() is None:
        connection.connection.cursor().execute(SchemaManager.get_schema())  # many statements, no parameters
    op.add_column("enquiry", sa.Column("times", sa.Integer(), server_default="1", nullable=False))
    op.create_index("ix_enquiry_asker", "enquiry", ["asker", "at"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "spot_draw",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("zone", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("layer", sa.Text(), nullable=True),
        sa.Column("among", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_spot_draw_area", "spot_draw", ["area"], unique=False)
    op.drop_index("ix_spot_check_draw", table_name="spot_check")
    op.drop_column("spot_check", "drawn_at")
    op.drop_column("spot_check", "drawn_by")
    op.add_column("spot_check", sa.Column("draw_id", sa.BigInteger(), nullable=False))
    op.create_foreign_key("fk_spot_check_draw", "spot_check", "spot_draw", ["draw_id"], ["id"])
    op.create_unique_constraint("uq_spot_check", "spot_check", ["draw_id", "layer", "place_id"])


def downgrade() -> None:
    op.drop_constraint("uq_spot_check", "spot_check")
    op.drop_constraint("fk_spot_check_draw", "spot_check")
    op.drop_column("spot_check", "draw_id")
    op.add_column("spot_check", sa.Column("drawn_by", sa.BigInteger(), nullable=False))
    op.add_column(
        "spot_check",
        sa.Column("drawn_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_foreign_key(None, "spot_check", "account", ["drawn_by"], ["id"])
    op.create_index("ix_spot_check_draw", "spot_check", ["drawn_at"], unique=False)
    op.drop_table("spot_draw")
    op.drop_table("reminder")
    op.drop_index("ix_enquiry_asker", table_name="enquiry")
    op.drop_column("enquiry", "times")
    op.execute(DROP_QUEUE)
