"""Which public places changed at which version, noted by the triggers that count the versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNT_CHANGE = """
CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE counted integer;
BEGIN
  INSERT INTO layer_version AS v (layer, n) VALUES (TG_TABLE_NAME, 1)
  ON CONFLICT (layer) DO UPDATE SET n = v.n + 1, changed_at = now() RETURNING v.n INTO counted;
  CASE TG_OP
  WHEN 'INSERT' THEN
    PERFORM note_changes(TG_TABLE_NAME, counted, array(SELECT id FROM now_there WHERE status = 'published'));
  WHEN 'DELETE' THEN
    PERFORM note_changes(TG_TABLE_NAME, counted, array(SELECT id FROM was_there WHERE status = 'published'));
  WHEN 'UPDATE' THEN
    PERFORM note_changes(TG_TABLE_NAME, counted, array(SELECT id FROM was_there WHERE status = 'published'
                                                 UNION SELECT id FROM now_there WHERE status = 'published'));
  ELSE
    PERFORM note_all_changed(TG_TABLE_NAME, counted);
  END CASE;
  RETURN NULL;
END $$
"""
NOTE_CHANGES = """
CREATE FUNCTION note_changes(layer text, counted integer, ids bigint[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO change (n, layer, id) SELECT counted, note_changes.layer, unnest(ids)
  ON CONFLICT ON CONSTRAINT change_pkey DO UPDATE SET n = EXCLUDED.n
$$
"""
NOTE_ALL_CHANGED = """
CREATE FUNCTION note_all_changed(layer text, counted integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE ids bigint[];
BEGIN
  EXECUTE format('SELECT array(SELECT id FROM %I WHERE status = ''published'')', layer) INTO ids;
  PERFORM note_changes(layer, counted, ids);
END $$
"""
COUNT_VERSIONS_OF = """
CREATE OR REPLACE FUNCTION count_versions_of(layer text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE places boolean;
BEGIN
  INSERT INTO layer_version (layer, n) VALUES (layer, 0) ON CONFLICT DO NOTHING;
  EXECUTE format('DROP TRIGGER IF EXISTS count_version ON %I', layer);
  SELECT count(*) > 0 INTO places FROM pg_attribute
    WHERE attrelid = to_regclass(quote_ident(layer)) AND attname = 'status' AND NOT attisdropped;
  IF NOT places THEN
    EXECUTE format('CREATE TRIGGER count_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
                    ON %I FOR EACH STATEMENT EXECUTE FUNCTION count_version()', layer);
    RETURN;
  END IF;
  EXECUTE format('CREATE TRIGGER count_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS now_there
                  FOR EACH STATEMENT EXECUTE FUNCTION count_change()', layer);
  EXECUTE format('CREATE TRIGGER count_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS was_there
                  FOR EACH STATEMENT EXECUTE FUNCTION count_change()', layer);
  EXECUTE format('CREATE TRIGGER count_update AFTER UPDATE ON %I
                  REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there
                  FOR EACH STATEMENT EXECUTE FUNCTION count_change()', layer);
  EXECUTE format('CREATE TRIGGER count_truncate BEFORE TRUNCATE ON %I
                  FOR EACH STATEMENT EXECUTE FUNCTION count_change()', layer);
  PERFORM note_all_changed(layer, (SELECT v.n FROM layer_version v WHERE v.layer = count_versions_of.layer));
END $$
"""
ONLY_VERSIONS_OF = """
CREATE OR REPLACE FUNCTION count_versions_of(layer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO layer_version (layer, n) VALUES (layer, 0) ON CONFLICT DO NOTHING;
  EXECUTE format('CREATE TRIGGER count_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
                  ON %I FOR EACH STATEMENT EXECUTE FUNCTION count_version()', layer);
END $$
"""
COUNTED_SO_FAR = """
DO $$
DECLARE counted text;
BEGIN
  FOR counted IN SELECT layer FROM layer_version WHERE layer <> 'areas' LOOP
    {each}
  END LOOP;
END $$
"""
TRIGGERS = ("count_insert", "count_delete", "count_update", "count_truncate")


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("layer", "id", name="change_pkey"),
    )
    op.create_index("ix_change_layer_n", "change", ["layer", "n", "id"])
    for function in (NOTE_CHANGES, NOTE_ALL_CHANGED, COUNT_CHANGE, COUNT_VERSIONS_OF):
        op.execute(function)
    op.execute(COUNTED_SO_FAR.format(each="PERFORM count_versions_of(counted);"))


def downgrade() -> None:
    op.execute(ONLY_VERSIONS_OF)
    dropped = " ".join(f"EXECUTE format('DROP TRIGGER {name} ON %I', counted);" for name in TRIGGERS)
    op.execute(COUNTED_SO_FAR.format(each=f"{dropped} PERFORM count_versions_of(counted);"))
    for function in ("count_change()", "note_all_changed(text, integer)", "note_changes(text, integer, bigint[])"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("change")
