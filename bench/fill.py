"""`make demo-scale N=…`: a database of its own with N synthetic published projects, parks and links in proportion."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import psycopg
from psycopg import sql
from sqlalchemy import create_engine, make_url

from bench import ground
from bench.rows import Columns, Maker, lines
from layers.areas import Areas
from webapp import cluster, db, facts, migrating
from webapp.config import Settings

SEED = 20_261
CHUNK = 50_000
PER_PARK, PER_LINK = 100, 500
MOST, LEAST = 10_000_000, 10
KEPT_DAYS = 30
"""A filled database is used again for so long: after that its verifications begin to run out."""
FILLED = "{n} synthetic projects, form 1, filled {day}"
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s AND indexname NOT IN
  (SELECT conindid::regclass::text FROM pg_constraint WHERE conrelid = %s::regclass AND conindid <> 0)
"""


def name_of(number: int) -> str:
    """The database of so many projects."""
    return f"scale_{number}"


def ready(settings: Settings, number: int) -> str | None:
    """The URL of a database that was filled with so many lately and wholly, None when there is none."""
    with cluster.hold(settings).superuser() as connection:
        asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        row = connection.execute(asked, (name_of(number),)).fetchone()
    days = [db.day_in_china().fromordinal(db.day_in_china().toordinal() - n) for n in range(KEPT_DAYS)]
    told = {FILLED.format(n=number, day=day) for day in days}
    if not row or row[0] not in told:
        return None
    url = cluster.create_database(settings, name_of(number))
    _migrate(url)
    return url


def _migrate(url: str) -> None:
    """Apply what this program has and the filled database lacks, without the peers' view, which would be in its way."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW IF EXISTS bench.places")
        migrating.upgrade(connection)
    engine.dispose()


def fill(settings: Settings, number: int, say: Callable[[str], None] = print) -> str:
    """Drop and make the database, fill it; its URL. BusyDatabase when somebody uses it."""
    name, begun = name_of(number), time.monotonic()
    _demand_idle(settings, name)
    cluster.drop_database(settings, name)
    url = cluster.create_database(settings, name)
    engine = create_engine(url)
    with engine.begin() as opened:
        migrating.upgrade(opened)
        facts.load_areas(opened, db.day_in_china())
        areas = Areas.load(opened)
    engine.dispose()
    say(f"  migrations and areas: {time.monotonic() - begun:.0f} s")
    dice = np.random.default_rng(SEED)
    make = Maker(areas, ground.survey(areas, dice), dice, db.day_in_china())
    _load(url, "projects", number, make.projects, say)
    _load(url, "parks", max(1, number // PER_PARK), make.parks, say)
    _load(url, "transport", max(1, number // PER_LINK), make.links, say)
    with cluster.hold(settings).superuser() as connection:
        connection.execute("CHECKPOINT")
        told = sql.Literal(FILLED.format(n=number, day=db.day_in_china()))
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), told))
    say(f"  filled in {time.monotonic() - begun:.0f} s")
    return url


class BusyDatabase(RuntimeError):
    """Somebody serves or reads the database that would be dropped."""


def _demand_idle(settings: Settings, name: str) -> None:
    served = make_url(settings.database_url).database if settings.database_url else cluster.DATABASE
    with cluster.hold(settings).superuser() as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
        row = connection.execute(asked, (name,)).fetchone()
    if name == served or (row and row[0]):
        raise BusyDatabase(f"{name} is being served or read: stop that first")


def plain(url: str) -> str:
    """The URL as libpq reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def opened(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection that commits every statement."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET synchronous_commit = off")
        yield connection


def _load(url: str, table: str, number: int, make: Callable[[int, int], Columns], say: Callable[[str], None]) -> None:
    """COPY without the ordinary indexes, which are made again as they were; the triggers note what came."""
    begun = time.monotonic()
    with opened(url) as connection:
        indexes = connection.execute(INDEXES, (table, table)).fetchall()
        for index, _made in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(str(index))))
        for first in range(0, number, CHUNK):
            here = min(CHUNK, number - first)
            _copy(connection, table, make(first + 1, here))
            say(f"  {table}: {first + here} of {number}, {time.monotonic() - begun:.0f} s")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda made: _index(url, str(made[1])), indexes))
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
        connection.execute("VACUUM ANALYZE change")
    say(f"  {table}: {len(indexes)} indexes and statistics, {time.monotonic() - begun:.0f} s")


def _copy(connection: psycopg.Connection[tuple[object, ...]], table: str, columns: Columns) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with connection.cursor().copy(into) as copy:
        copy.write(lines(columns))


def _index(url: str, made: str) -> None:
    with opened(url) as connection:
        connection.execute(made.encode())


def main() -> int:
    """The command: N as the only argument."""
    asked = sys.argv[1] if len(sys.argv) == 2 else "1000000"
    if not asked.isascii() or not asked.isdigit() or not LEAST <= int(asked) <= MOST:
        print(f"N is how many projects, {LEAST} to {MOST}: make demo-scale N=1000000", file=sys.stderr)
        return 2
    settings = Settings.from_env()
    print(f"filling {name_of(int(asked))}; all of it is 示例, public for {KEPT_DAYS} days at least", flush=True)
    try:
        url = fill(settings, int(asked), lambda text: print(text, flush=True))
    except BusyDatabase as error:
        print(error, file=sys.stderr)
        return 1
    print("serve it with `flask serve` or `make run` and (MAP_SAMPLE=off keeps the sample catalogue out of it):")
    print(f"MAP_DATABASE_URL={url}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
