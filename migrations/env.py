"""Runs migrations on the connection that the program hands over."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.operations import ops
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, inspect, text

from layers import LAYERS, areas, changes
from layers.base import Base
from layers.prices import PriceType
from webapp import models
from webapp.counting import models as counting_models
from webapp.imports import models as import_models
from webapp.saved import models as saved_models

LOCK_TIMEOUT = "10s"
TABLES = (areas.AreaRow, models, import_models, saved_models, counting_models, changes.ChangeRow)
"""Imported so that the metadata knows every table, the layers' ones beside them."""
COUNTED = {"areas", *(layer.model.__tablename__ for layer in LAYERS)}


def connection() -> Connection:
    """What the program handed over."""
    found: Connection = context.config.attributes["connection"]
    return found


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, twin: Any) -> bool:
    """Leave alone what is in the database without being ours."""
    if kind == "table" and reflected and twin is None:
        return False
    if kind == "index" and reflected and twin is None and thing.table.name not in Base.metadata.tables:
        return False
    if kind == "index" and str(name).endswith("_bigrams") and inspect(connection()).has_table(thing.table.name):
        return False  # the database spells the expression in its own way, which is no difference
    return bool(alembic_helpers.include_object(thing, name, kind, reflected, twin))


def directives(migration: Any, revision: Any, written: list[Any]) -> None:
    """GeoAlchemy's rewriting, and for every new layer's table the counting of its versions."""
    alembic_helpers.writer(migration, revision, written)
    upgrades = written[0].upgrade_ops
    created = [operation.table_name for operation in upgrades.ops if hasattr(operation, "columns")]
    counted = [name for name in created if name in COUNTED]
    upgrades.ops += [ops.ExecuteSQLOp(f"SELECT count_versions_of('{name}')") for name in counted]


def render_item(kind: str, thing: Any, autogen: Any) -> Any:
    """A price is JSONB to the database."""
    if kind == "type" and isinstance(thing, PriceType):
        autogen.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return "JSONB()"
    return alembic_helpers.render_item(kind, thing, autogen)


def run() -> None:
    """Upgrade within one transaction, giving up rather than blocking a busy table."""
    connection().execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    context.configure(
        connection=connection(),
        target_metadata=Base.metadata,
        include_object=include_object,
        process_revision_directives=directives,
        render_item=render_item,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
