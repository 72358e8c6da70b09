"""staff accounts drafts and revisions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


KEEP_AUDIT = """
CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '180 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only; entries may be removed after 180 days';
END $$
"""
GUARD_AUDIT = """
CREATE TRIGGER keep_audit BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION keep_audit()
"""
REFUSE_TRUNCATE = """
CREATE TRIGGER keep_audit_whole BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION keep_audit()
"""


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("totp", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("demo", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "account_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("area", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("layers", sa.ARRAY(sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "role", "area"),
    )
    op.create_index(op.f("ix_account_grant_account_id"), "account_grant", ["account_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("area", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("address", postgresql.INET(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_account", "audit", ["account_id", "at"], unique=False)
    op.create_index("ix_audit_action", "audit", ["action", "at"], unique=False)
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "distinct_pair",
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("layer", "low", "high"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("area", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("zone", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("base", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("editor_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approvals", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("distinct_from", sa.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["editor_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_draft_area", "draft", ["area"], unique=False)
    op.create_index(op.f("ix_draft_batch_id"), "draft", ["batch_id"], unique=False)
    op.create_index("ix_draft_state", "draft", ["state", "publish_at"], unique=False)
    op.create_index(
        "uq_draft_place", "draft", ["layer", "place_id"], unique=True, postgresql_where=sa.text("place_id IS NOT NULL")
    )
    op.create_index("uq_draft_source", "draft", ["layer", "source", "external_id"], unique=True)
    op.create_table(
        "enquiry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("zone", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_enquiry_open", "enquiry", ["answered_at", "area"], unique=False)
    op.create_index("ix_enquiry_place", "enquiry", ["layer", "place_id"], unique=False)
    op.create_table(
        "photo",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "reset_link",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_reset_link_account_id"), "reset_link", ["account_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("approvals", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_revision_at", "revision", ["at"], unique=False)
    op.create_index(op.f("ix_revision_batch_id"), "revision", ["batch_id"], unique=False)
    op.create_index("ix_revision_draft", "revision", ["draft_id"], unique=False)
    op.create_index("ix_revision_place", "revision", ["layer", "place_id", "id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_table(
        "spot_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("drawn_by", sa.BigInteger(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("zone", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["checked_by"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["drawn_by"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_spot_check_draw", "spot_check", ["drawn_at"], unique=False)
    op.add_column("incubators", sa.Column("photos", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("parks", sa.Column("photos", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("projects", sa.Column("progress", sa.Text(), nullable=True))
    op.add_column("projects", sa.Column("photos", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_index("ix_projects_progress", "projects", ["progress"], unique=False, postgresql_using="btree")
    op.add_column("services", sa.Column("photos", postgresql.ARRAY(sa.Text()), nullable=True))
    op.drop_index(
        op.f("ix_services_window"),
        table_name="services",
        postgresql_ops={"counter": "gin_trgm_ops"},
        postgresql_using="gin",
    )
    op.create_index(
        "ix_services_counter",
        "services",
        ["counter"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"counter": "gin_trgm_ops"},
    )
    op.add_column("towns", sa.Column("photos", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("transport", sa.Column("photos", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("zones", sa.Column("photos", postgresql.ARRAY(sa.Text()), nullable=True))
    for statement in (KEEP_AUDIT, GUARD_AUDIT, REFUSE_TRUNCATE):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("zones", "photos")
    op.drop_column("transport", "photos")
    op.drop_column("towns", "photos")
    op.drop_index(
        "ix_services_counter", table_name="services", postgresql_using="gin", postgresql_ops={"counter": "gin_trgm_ops"}
    )
    op.create_index(
        op.f("ix_services_window"),
        "services",
        ["counter"],
        unique=False,
        postgresql_ops={"counter": "gin_trgm_ops"},
        postgresql_using="gin",
    )
    op.drop_column("services", "photos")
    op.drop_index("ix_projects_progress", table_name="projects", postgresql_using="btree")
    op.drop_column("projects", "photos")
    op.drop_column("projects", "progress")
    op.drop_column("parks", "photos")
    op.drop_column("incubators", "photos")
    op.drop_index("ix_spot_check_draw", table_name="spot_check")
    op.drop_table("spot_check")
    op.drop_index(op.f("ix_sign_in_account_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index("ix_revision_place", table_name="revision")
    op.drop_index("ix_revision_draft", table_name="revision")
    op.drop_index(op.f("ix_revision_batch_id"), table_name="revision")
    op.drop_index("ix_revision_at", table_name="revision")
    op.drop_table("revision")
    op.drop_index(op.f("ix_reset_link_account_id"), table_name="reset_link")
    op.drop_table("reset_link")
    op.drop_table("photo")
    op.drop_index("ix_enquiry_place", table_name="enquiry")
    op.drop_index("ix_enquiry_open", table_name="enquiry")
    op.drop_table("enquiry")
    op.drop_index("uq_draft_source", table_name="draft")
    op.drop_index("uq_draft_place", table_name="draft", postgresql_where=sa.text("place_id IS NOT NULL"))
    op.drop_index("ix_draft_state", table_name="draft")
    op.drop_index(op.f("ix_draft_batch_id"), table_name="draft")
    op.drop_index("ix_draft_area", table_name="draft")
    op.drop_table("draft")
    op.drop_table("distinct_pair")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_index("ix_audit_action", table_name="audit")
    op.drop_index("ix_audit_account", table_name="audit")
    op.drop_table("audit")
    op.drop_index(op.f("ix_account_grant_account_id"), table_name="account_grant")
    op.drop_table("account_grant")
    op.drop_table("account")
    op.execute("DROP FUNCTION keep_audit()")
