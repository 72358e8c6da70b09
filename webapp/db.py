"""Engine, a connection per request, and the book of areas that every process keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError, TimeoutError

from layers import summing
from layers.areas import Areas
from layers.layer import Layer
from webapp.models import LayerVersion

CHINA = ZoneInfo("Asia/Shanghai")
POOL_SIZE, OVERFLOW = 8, 8
CONNECT = {"connect_timeout": 5, "options": "-c plan_cache_mode=force_custom_plan -c jit=off"}
"""A plan for each question: one for all questions would not know how many rows a word or a box has."""


def init_app(app: Flask) -> None:
    """Close the request's connection when the request ends."""
    app.teardown_appcontext(_close)


def engine() -> Engine:
    """The process's engine; made on first use, so that imports and `--help` need no database."""
    app = current_app
    if "engine" not in app.extensions:
        from webapp.cluster import database_url

        url = database_url(app.config["SETTINGS"])
        app.extensions["engine"] = create_engine(
            url, pool_size=POOL_SIZE, max_overflow=OVERFLOW, pool_pre_ping=True, connect_args=CONNECT
        )
    found: Engine = app.extensions["engine"]
    return found


def connection() -> Connection:
    """The request's connection, in one transaction that reads one state of the data."""
    if "connection" not in g:
        shared: Connection | None = current_app.extensions.get("connection")
        g.connection = shared or engine().connect().execution_options(isolation_level="REPEATABLE READ")
    found: Connection = g.connection
    return found


@contextmanager
def writing() -> Iterator[Connection]:
    """A connection in a transaction of its own that is committed at the end, undone when an error leaves it.

    READ COMMITTED, so that it sees what others have committed by the time it holds a row's lock. The
    request's reading connection begins anew afterwards: what is read then is what has been written.
    """
    shared: Connection | None = current_app.extensions.get("connection")
    if shared is not None:
        with shared.begin_nested():
            yield shared
        return
    with engine().connect().execution_options(isolation_level="READ COMMITTED") as opened, opened.begin():
        yield opened
    if "connection" in g:
        g.connection.rollback()


def _close(_error: BaseException | None) -> None:
    opened = g.pop("connection", None)
    if opened is not None and opened is not current_app.extensions.get("connection"):
        try:
            opened.close()
        except SQLAlchemyError as error:  # the database has left since it was read: that has been answered already
            if not is_gone(error):
                raise
            if not opened.closed:
                opened.invalidate()
                opened.close()


def is_gone(error: BaseException) -> bool:
    """Whether an error says that the database cannot be reached, or that it has left."""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(error, OperationalError | InterfaceError | TimeoutError)


def areas() -> Areas:
    """The book of areas, read once by each process."""
    kept = current_app.extensions
    if "areas" not in kept:
        from webapp import standing

        kept["areas"] = standing.areas() or Areas.load(connection())
    book: Areas = kept["areas"]
    return book


def day_in_china() -> dt.date:
    """The day of the machine's clock where every date on the map is meant."""
    return dt.datetime.now(CHINA).date()


def day_of(moment: dt.datetime) -> dt.date:
    """The day in China of a moment with its zone."""
    return moment.astimezone(CHINA).date()


def today() -> dt.date:
    """The day that this application goes by; tests set its clock."""
    clock = current_app.extensions.get("clock")
    return clock().date() if clock else day_in_china()


def now() -> dt.datetime:
    """The moment that this application goes by, with its zone; tests set its clock."""
    clock = current_app.extensions.get("clock")
    moment: dt.datetime = clock() if clock else dt.datetime.now(CHINA)
    return moment


def versions(*layers: str) -> str:
    """The layers' versions as one short text, for ETags."""
    rows = connection().execute(select(LayerVersion.layer, LayerVersion.n).where(LayerVersion.layer.in_(layers)))
    return ",".join(f"{layer}{n}" for layer, n in sorted(rows.all()))


def version(layer: str) -> tuple[int, str]:
    """The layer's version and the moment of its last change (RFC 3339, UTC)."""
    asked = select(LayerVersion.n, LayerVersion.changed_at).where(LayerVersion.layer == layer)
    n, changed = connection().execute(asked).one()
    return n, changed.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def migrated() -> bool:
    """Whether the database has every migration that this program has."""
    from webapp.migrating import head

    with engine().connect() as fresh:
        if not sa.inspect(fresh).has_table("alembic_version"):
            return False
        return fresh.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [head()]


def credits_due(layer: Layer) -> list[str]:
    """Sources that must be named wherever the layer shows; asked once for each version of it."""
    return _asked_once("credits", layer, summing.credits_due)


def kinds(layer: Layer) -> list[str]:
    """The kinds that public rows of a layer have; asked once for each version of it."""
    return _asked_once("kinds", layer, summing.kinds)


def _asked_once(what: str, layer: Layer, ask: Callable[[Connection, Layer, dt.date], list[str]]) -> list[str]:
    kept: dict[str, tuple[object, list[str]]] = current_app.extensions.setdefault(what, {})
    state = (versions(layer.key), today())
    if layer.key not in kept or kept[layer.key][0] != state:
        kept[layer.key] = (state, ask(connection(), layer, today()))
    return kept[layer.key][1]
