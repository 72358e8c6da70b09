"""The floor and the rival in SQL alone, written by hand for the bench: every point, grid clusters, bigram tsvector."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bench.fill import opened
from geo.clusters import CELLS
from geo.extent import Tile
from layers import lasting, projects

Statement = tuple[str, dict[str, object]]
PUBLIC = """status = 'published' AND (valid_until IS NULL OR valid_until >= %(day)s)
    AND (verified IS NULL OR verified >= %(since)s)"""
RAW = """
SELECT ST_AsMVT(tile, 'projects', 4096, 'geom', 'id') FROM (
  SELECT id, left(name, 40) AS name,
    ST_AsMVTGeom(point3857, ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 3857), 4096, 64, true) AS geom
  FROM projects WHERE {public} AND point3857 && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 3857) {filters}) AS tile
"""
GRID = """
WITH points AS (
  SELECT id, left(name, 40) AS name, precision, ST_X(point3857) AS x, ST_Y(point3857) AS y,
    CASE WHEN precision = 'county' THEN left(area, 6) END AS county
  FROM projects WHERE {public} AND point3857 && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 3857) {filters}
), placed AS (
  SELECT *, floor((x - %(w)s) / %(side)s)::int AS col, floor((%(n)s - y) / %(side)s)::int AS line FROM points
), cells AS (
  SELECT count(*)::int AS count, county, CASE WHEN count(*) = 1 THEN min(id) END AS id,
    CASE WHEN count(*) = 1 THEN min(name) END AS name, min(x) AS w, min(y) AS s, max(x) AS e, max(y) AS n,
    ST_SetSRID(ST_MakePoint(avg(x), avg(y)), 3857) AS middle
  FROM placed WHERE col BETWEEN 0 AND {last} AND line BETWEEN 0 AND {last} GROUP BY col, line, county
)
SELECT ST_AsMVT(tile, 'projects', 4096, 'geom') FROM (
  SELECT count, county, id, name, w, s, e, n,
    ST_AsMVTGeom(middle, ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 3857), 4096, 64, true) AS geom
  FROM cells) AS tile
"""
TEXTS = ("name", "name_en", "summary", "trade", "content")
LIKE = " OR ".join(f"p.{name} ILIKE %(like)s" for name in TEXTS)
TOTAL_AND_PAGE = """
WITH found AS MATERIALIZED (SELECT p.id, p.verified FROM projects p {join} WHERE {public} AND {found})
SELECT json_build_object('total', (SELECT count(*) FROM found), 'rows', (SELECT json_agg(shown) FROM (
  SELECT q.id, q.name, q.summary, q.area, q.industry, q.budget, q.verified, q.valid_until, q.phone FROM projects q
  JOIN (SELECT id FROM found ORDER BY verified DESC, id LIMIT 20) AS first USING (id)) AS shown))::text
"""
PAIRS = """
CREATE SCHEMA IF NOT EXISTS bench;
DROP TABLE IF EXISTS bench.pairs;
CREATE TABLE bench.pairs AS SELECT id, array_to_tsvector(bigrams(
  coalesce(name, '') || E'\\n' || coalesce(name_en, '') || E'\\n' || coalesce(summary, '') || E'\\n' ||
  coalesce(trade, '') || E'\\n' || coalesce(content, ''))) AS pairs FROM projects;
CREATE INDEX ON bench.pairs USING gin (pairs);
ALTER TABLE bench.pairs ADD PRIMARY KEY (id);
ANALYZE bench.pairs;
"""
VIEW = """
CREATE SCHEMA IF NOT EXISTS bench;
DROP VIEW IF EXISTS bench.places;
CREATE VIEW bench.places AS SELECT id, name, summary, area, zone, place, precision, radius_km, budget, budget_max,
  investment, industry, trade, sector, chain, content, cooperation, land, land_area, utilities, audience, skills,
  market, buyer, risks, stage, progress, office, phone, backup_phone, source_name, published, verified, valid_until,
  geom, point3857 FROM projects WHERE status = 'published';
"""
"""What tipg is given: public rows and the fields that are filled, without the day's conditions, in its favour."""


@dataclass(frozen=True)
class Filters:
    """One combination of filters in the words of our URLs, of SQL and of CQL2 (tipg and pygeoapi take the same)."""

    ours: str = ""
    sql: str = ""
    cql: str = ""


def tile(kind: str, at: Tile, filters: Filters, day: dt.date) -> Statement:
    """A tile as `RAW` or `GRID` makes it."""
    w, s, e, n = at.metres()
    box: dict[str, object] = {"w": w, "s": s, "e": e, "n": n, "side": at.side / CELLS}
    narrowed = f"AND {filters.sql}" if filters.sql else ""
    return kind.format(public=PUBLIC, filters=narrowed.replace("%", "%%"), last=CELLS - 1), {**box, **_days(day)}


def by_pairs(word: str, day: dt.date) -> Statement:
    """Total and first twenty rows with the word, found by the pairs of its characters and then looked at."""
    lexemes = " & ".join(f"'{word[n : n + 2].lower()}'" for n in range(len(word) - 1))
    made = TOTAL_AND_PAGE.format(
        join="JOIN bench.pairs USING (id)", public=_of("p"), found=f"pairs @@ %(asked)s::tsquery AND ({LIKE})"
    )
    return made, {"asked": lexemes, "like": f"%{word}%", **_days(day)}


def by_like(word: str, day: dt.date) -> Statement:
    """How many rows hold the word, by looking at every one: the truth."""
    return f"SELECT count(*) FROM projects p WHERE {_of('p')} AND ({LIKE})", {"like": f"%{word}%", **_days(day)}


def prepare(url: str) -> None:
    """What the rivals need in the database, in a schema of their own; made once for each filled database."""
    with opened(url) as connection:
        connection.execute(VIEW.encode())
        there = connection.execute(b"SELECT to_regclass('bench.pairs_pkey')").fetchone()
        if not there or there[0] is None:
            connection.execute(PAIRS.encode())
            connection.execute(b"VACUUM ANALYZE bench.pairs")


def _of(alias: str) -> str:
    return PUBLIC.replace("status", f"{alias}.status").replace("(v", f"({alias}.v").replace("OR v", f"OR {alias}.v")


def _days(day: dt.date) -> dict[str, object]:
    return {"day": day, "since": lasting.verified_since(projects.layer, day)}
