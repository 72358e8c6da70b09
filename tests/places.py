"""Places of any layer for tests: every field filled with a value that the layer allows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, Boolean, Connection, Date, Float, Integer, Numeric, insert

from layers.areas import Areas
from layers.base import Need, Status, fields
from layers.check import CLEANERS, MACHINE_SET
from layers.codes import Codes
from layers.layer import Layer
from layers.prices import Price, PriceType

TODAY = dt.date(2026, 11, 24)
COUNTY = "511123"
HERE = (103.95, 29.21)
"""A position inside 犍为县, degrees, longitude first."""
SPECIAL = {
    "phone": "0833-000 0012",
    "backup_phone": "12333",
    "photos": ["ab" * 32],
    "source_url": "https://example.org/a",
    "project_code": "2026-511123-01-01-123456",
}


def value(layer: Layer, name: str, n: int) -> Any:
    """The n-th allowed value of a field."""
    declared, kind = fields(layer.model)[name], layer.model.__table__.c[name].type
    if name in CLEANERS:
        return SPECIAL[name]
    if isinstance(declared.filter, Codes):
        prefixes = [p for group in declared.filter.groups for p in group.prefixes]
        return prefixes[n % len(prefixes)]
    if declared.vocabulary is not None:
        keys = list(declared.vocabulary)
        chosen = [keys[n % len(keys)], keys[(n + 1) % len(keys)]]
        return sorted(set(chosen), key=keys.index) if isinstance(kind, ARRAY) else chosen[0]
    if isinstance(kind, PriceType):
        return Price(Decimal(n + 1), Decimal(n + 3), "元/㎡·月", "2026-05", "示例")
    if isinstance(kind, Boolean):
        return n % 2 == 0
    if isinstance(kind, Integer | Numeric | Float):
        return float(n + 1) if isinstance(kind, Float) else Decimal(n * 3 + 1) if isinstance(kind, Numeric) else n + 1
    if isinstance(kind, Date):
        return TODAY - dt.timedelta(days=n % 60)
    return f"茶叶加工{name[:9]}{n}"


def values(layer: Layer, n: int, **over: Any) -> dict[str, Any]:
    """Values of a whole place as `Layer.check` takes them; a point of its own unless told otherwise."""
    apart = (*MACHINE_SET, "area", "zone", "precision", "radius_km", "status", "valid_until", "source", "external_id")
    made = {name: value(layer, name, n) for name in fields(layer.model) if name not in apart}
    made |= {
        "area": COUNTY,
        "precision": "exact",
        "lon": round(HERE[0] + n * 0.0007, 6),
        "lat": round(HERE[1] + n * 0.0003, 6),
        "status": Status.PUBLISHED,
        "valid_until": TODAY + dt.timedelta(days=60),
        "source": "test",
        "external_id": f"{layer.key}-{n}",
    }
    if over.get("precision") in ("county", "township"):
        del made["lon"], made["lat"]
    return {**made, **over}


def put(connection: Connection, layer: Layer, areas: Areas, *rows: dict[str, Any]) -> list[int]:
    """Insert checked places; their ids."""
    ids = []
    for row in rows:
        checked = layer.check(row, Need.DRAFT, areas)
        assert checked.accepted, [(p.column, p.message, p.values) for p in checked.problems]
        made = insert(layer.model).values(**checked.values).returning(layer.model.id)
        ids.append(connection.execute(made).scalar_one())
    return ids
