"""Pairs of characters of every searched text, indexed: words of two Chinese characters are found by them."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIGRAMS = """
CREATE FUNCTION bigrams(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT pair), '{}') FROM (
    SELECT sign || lead(sign) OVER (ORDER BY place) AS pair
    FROM unnest(string_to_array(lower(said), NULL)) WITH ORDINALITY AS signs (sign, place)
  ) AS pairs WHERE pair IS NOT NULL
$$
"""
SEARCHED = {
    "projects": ("name", "name_en", "summary", "trade", "content"),
    "zones": ("name", "name_en", "summary", "leading_industry"),
    "towns": ("name", "name_en", "summary", "trade"),
    "transport": ("name", "name_en", "summary", "line", "ref"),
    "parks": ("name", "name_en", "summary", "short_name", "leading_industry"),
    "incubators": ("name", "name_en", "summary", "operator", "terms"),
    "services": ("name", "name_en", "summary", "counter"),
}


def upgrade() -> None:
    op.execute(BIGRAMS)
    op.execute("ALTER INDEX IF EXISTS ix_services_window RENAME TO ix_services_counter")  # as its column is called now
    for table, columns in SEARCHED.items():
        text = " || E'\\n' || ".join(f"coalesce({table}.{column}, '')" for column in columns)
        op.execute(f"CREATE INDEX ix_{table}_bigrams ON {table} USING gin (bigrams({text}))")


def downgrade() -> None:
    for table in SEARCHED:
        op.drop_index(f"ix_{table}_bigrams", table)
    op.execute("DROP FUNCTION bigrams(text)")
