"""Areas, the first layers, and the counting of versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


COUNT_VERSION = """
CREATE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO layer_version AS v (layer, n) VALUES (TG_TABLE_NAME, 1)
  ON CONFLICT (layer) DO UPDATE SET n = v.n + 1, changed_at = now();
  RETURN NULL;
END $$
"""
COUNT_VERSIONS_OF = """
CREATE FUNCTION count_versions_of(layer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO layer_version (layer, n) VALUES (layer, 0);
  EXECUTE format('CREATE TRIGGER count_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
                  ON %I FOR EACH STATEMENT EXECUTE FUNCTION count_version()', layer);
END $$
"""


def upgrade() -> None:
    for name in ("postgis", "pg_trgm", "btree_gist"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    op.create_geospatial_table(
        "areas",
        sa.Column("code", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successors", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column(
            "outline",
            Geometry(srid=4326, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            nullable=True,
        ),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column(
            "outline3857",
            Geometry(srid=3857, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            sa.Computed("ST_Transform(outline, 3857)", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "point3857",
            Geometry(
                geometry_type="POINT",
                srid=3857,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            sa.Computed("ST_Transform(point, 3857)", persisted=True),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_geospatial_index(
        "idx_areas_outline", "areas", ["outline"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_areas_outline3857", "areas", ["outline3857"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_areas_point", "areas", ["point"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_areas_point3857", "areas", ["point3857"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_areas_parent"), "areas", ["parent"], unique=False)
    op.create_table(
        "layer_version",
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("layer"),
    )
    op.create_geospatial_table(
        "parks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("summary_en", sa.Text(), nullable=True),
        sa.Column("area", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("zone", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "geom3857",
            Geometry(
                srid=3857,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            sa.Computed("ST_Transform(geom, 3857)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "point3857",
            Geometry(
                geometry_type="POINT",
                srid=3857,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            sa.Computed("ST_Transform(ST_PointOnSurface(geom), 3857)", persisted=True),
            nullable=False,
        ),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("catalogue_code", sa.Text(), nullable=True),
        sa.Column("founded", sa.Text(), nullable=True),
        sa.Column("leading_industry", sa.Text(), nullable=True),
        sa.Column("planned_ha", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("built_ha", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("free_land_mu", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("factory_total", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("factory_free", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("storey_height", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("floor_load", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("crane", sa.Text(), nullable=True),
        sa.Column("rent", JSONB(), nullable=True),
        sa.Column("land_price", JSONB(), nullable=True),
        sa.Column("water_price", JSONB(), nullable=True),
        sa.Column("power_price", JSONB(), nullable=True),
        sa.Column("gas_price", JSONB(), nullable=True),
        sa.Column("steam_price", JSONB(), nullable=True),
        sa.Column("sewage_price", JSONB(), nullable=True),
        sa.Column("property_fee", JSONB(), nullable=True),
        sa.Column("wage", JSONB(), nullable=True),
        sa.Column("access", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("sewage_plant", sa.Text(), nullable=True),
        sa.Column("tenants", sa.Integer(), nullable=True),
        sa.Column("labour_short", sa.Integer(), nullable=True),
        sa.Column("guarantee", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("policies", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_hours", sa.Text(), nullable=True),
        sa.Column("backup_phone", sa.Text(), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("source_date", sa.Text(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("verified", sa.Date(), nullable=True),
        sa.Column("verified_how", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("pinyin", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="ck_parks_geom"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_geospatial_index(
        "idx_parks_geom", "parks", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_parks_geom3857", "parks", ["geom3857"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_parks_point3857", "parks", ["point3857"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_parks_area", "parks", ["area"], unique=False)
    op.create_index("ix_parks_factory_free", "parks", ["factory_free"], unique=False, postgresql_using="btree")
    op.create_index("ix_parks_free_land_mu", "parks", ["free_land_mu"], unique=False, postgresql_using="btree")
    op.create_index("ix_parks_guarantee", "parks", ["guarantee"], unique=False, postgresql_using="gin")
    op.create_index("ix_parks_kind", "parks", ["kind"], unique=False, postgresql_using="btree")
    op.create_index(
        "ix_parks_leading_industry",
        "parks",
        ["leading_industry"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"leading_industry": "gin_trgm_ops"},
    )
    op.create_index("ix_parks_level", "parks", ["level"], unique=False, postgresql_using="btree")
    op.create_index(
        "ix_parks_name",
        "parks",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_parks_name_en",
        "parks",
        ["name_en"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name_en": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_parks_pinyin",
        "parks",
        ["pinyin"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"pinyin": "gin_trgm_ops"},
    )
    op.create_index("ix_parks_precision", "parks", ["precision"], unique=False, postgresql_using="btree")
    op.create_index("ix_parks_public", "parks", ["status", "valid_until"], unique=False)
    op.create_index("ix_parks_published", "parks", ["published"], unique=False, postgresql_using="btree")
    op.create_index("ix_parks_rent", "parks", [sa.literal_column("((rent ->> 'low')::numeric)")], unique=False)
    op.create_index(
        "ix_parks_short_name",
        "parks",
        ["short_name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"short_name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_parks_summary",
        "parks",
        ["summary"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"summary": "gin_trgm_ops"},
    )
    op.create_index("ix_parks_verified", "parks", ["verified"], unique=False, postgresql_using="btree")
    op.create_index("ix_parks_zone", "parks", ["zone"], unique=False)
    op.create_geospatial_table(
        "projects",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("summary_en", sa.Text(), nullable=True),
        sa.Column("area", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("zone", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "geom3857",
            Geometry(
                srid=3857,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            sa.Computed("ST_Transform(geom, 3857)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "point3857",
            Geometry(
                geometry_type="POINT",
                srid=3857,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            sa.Computed("ST_Transform(ST_PointOnSurface(geom), 3857)", persisted=True),
            nullable=False,
        ),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column("industry", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("trade", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("chain", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("budget", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("budget_max", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("own", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("loan", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("investment", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("monthly_cost", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("payback", sa.Text(), nullable=True),
        sa.Column("cooperation", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("land", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("land_area", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("land_unit", sa.Text(), nullable=True),
        sa.Column("land_price", sa.Text(), nullable=True),
        sa.Column("utilities", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("audience", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("skills", sa.Text(), nullable=True),
        sa.Column("licences", sa.Text(), nullable=True),
        sa.Column("market", sa.Text(), nullable=True),
        sa.Column("buyer", sa.Boolean(), nullable=True),
        sa.Column("buyer_checked", sa.Date(), nullable=True),
        sa.Column("earnings", sa.Text(), nullable=True),
        sa.Column("risks", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("project_code", sa.Text(), nullable=True),
        sa.Column("policies", sa.Text(), nullable=True),
        sa.Column("honours", sa.Text(), nullable=True),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_hours", sa.Text(), nullable=True),
        sa.Column("backup_phone", sa.Text(), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("source_date", sa.Text(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("verified", sa.Date(), nullable=True),
        sa.Column("verified_how", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("pinyin", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="ck_projects_geom"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_geospatial_index(
        "idx_projects_geom", "projects", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_projects_geom3857", "projects", ["geom3857"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_projects_point3857", "projects", ["point3857"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_projects_area", "projects", ["area"], unique=False)
    op.create_index("ix_projects_audience", "projects", ["audience"], unique=False, postgresql_using="gin")
    op.create_index("ix_projects_budget", "projects", ["budget"], unique=False, postgresql_using="btree")
    op.create_index("ix_projects_buyer", "projects", ["buyer"], unique=False, postgresql_using="btree")
    op.create_index("ix_projects_chain", "projects", ["chain"], unique=False, postgresql_using="btree")
    op.create_index(
        "ix_projects_content",
        "projects",
        ["content"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"content": "gin_trgm_ops"},
    )
    op.create_index("ix_projects_cooperation", "projects", ["cooperation"], unique=False, postgresql_using="gin")
    op.create_index("ix_projects_industry", "projects", ["industry"], unique=False, postgresql_using="btree")
    op.create_index("ix_projects_investment", "projects", ["investment"], unique=False, postgresql_using="btree")
    op.create_index("ix_projects_land", "projects", ["land"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_projects_name",
        "projects",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_projects_name_en",
        "projects",
        ["name_en"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name_en": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_projects_pinyin",
        "projects",
        ["pinyin"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"pinyin": "gin_trgm_ops"},
    )
    op.create_index("ix_projects_precision", "projects", ["precision"], unique=False, postgresql_using="btree")
    op.create_index("ix_projects_public", "projects", ["status", "valid_until"], unique=False)
    op.create_index("ix_projects_published", "projects", ["published"], unique=False, postgresql_using="btree")
    op.create_index("ix_projects_sector", "projects", ["sector"], unique=False, postgresql_using="btree")
    op.create_index("ix_projects_stage", "projects", ["stage"], unique=False, postgresql_using="btree")
    op.create_index(
        "ix_projects_summary",
        "projects",
        ["summary"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"summary": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_projects_trade",
        "projects",
        ["trade"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"trade": "gin_trgm_ops"},
    )
    op.create_index("ix_projects_utilities", "projects", ["utilities"], unique=False, postgresql_using="gin")
    op.create_index("ix_projects_verified", "projects", ["verified"], unique=False, postgresql_using="btree")
    op.create_index("ix_projects_zone", "projects", ["zone"], unique=False)
    op.create_table(
        "loaded",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.execute(COUNT_VERSION)
    op.execute(COUNT_VERSIONS_OF)
    op.execute("SELECT count_versions_of('areas')")
    op.execute("SELECT count_versions_of('parks')")
    op.execute("SELECT count_versions_of('projects')")


def downgrade() -> None:
    op.drop_table("loaded")
    op.drop_table("projects")
    op.drop_table("parks")
    op.drop_table("areas")
    op.drop_table("layer_version")
    op.execute("DROP FUNCTION count_versions_of(text)")
    op.execute("DROP FUNCTION count_version()")
