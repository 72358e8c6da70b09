"""A catalogue of wild places: every kind of value, of hole, of tie and of shape, straight into the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import polyline
from sqlalchemy import ARRAY, Boolean, Connection, Date, Float, Integer, Numeric, insert

from layers.base import Status, fields
from layers.codes import Codes
from layers.layer import Layer
from layers.prices import Price, PriceType
from tests.places import HERE, TODAY

AREAS = ("511123", "511123100", "511124", "511102", "510104", "411603", "441900", "500101")
ZONES = (None, None, "Z511101")
WORDS = (
    "茶叶", "加工", "犍为", "返乡", "ABC", "İz", "a_b", "50%", "c\\d", "ｆｕｌｌ", "ΑΣ", "食品", "快递", "\x1f", "\n", " ",
    "国家级", "示例", "'", '"', "，",
)  # fmt: skip
NAMES = ("茶叶加工厂", "返乡创业园", "长" * 45, "长" * 44 + "短", "Tea ABC", None)
BORDER = (112.5, 29.535229562948455)
"""A corner of four tiles."""
BORDERS = (103.359375, 104.0625, 112.5, 29.535229562948455, 103.7, 103.95)


def places(connection: Connection, layer: Layer, number: int) -> None:
    """Insert so many of them."""
    chance = np.random.default_rng(len(layer.key) * 7919 + number)
    columns = layer.model.__table__.c
    made = [
        {name: _value(chance, layer, name, columns[name].type, columns[name].nullable) for name in fields(layer.model)}
        | _shared(chance, layer, n)
        for n in range(number)
    ]
    for row in made:
        row.pop("id")
    connection.execute(insert(layer.model), made)


def _shared(chance: Any, layer: Layer, n: int) -> dict[str, Any]:
    status = chance.choice([Status.PUBLISHED] * 9 + [Status.DRAFT, Status.WITHDRAWN])
    name = NAMES[chance.integers(len(NAMES))] or _text(chance) or "名"
    days = (None, -1, 0, 1, 2, 13, 14, 15, 40, 400)
    verified = (None, 0, 1, 30, 89, 90, 91, 179, 180, 181, 364, 365, 366)
    ends, since = (chance.choice(np.array(known, dtype=object)) for known in (days, verified))
    return {
        "name": name,
        "area": str(chance.choice(AREAS)),
        "zone": chance.choice(np.array(ZONES, dtype=object)),
        "precision": str(chance.choice(["exact", "exact", "township", "county"])),
        "radius_km": chance.choice(np.array([None, 2.5, 3.0], dtype=object)),
        "geom": "SRID=4326;" + _shape(chance, layer),
        "status": str(status),
        "valid_until": None if ends is None else TODAY + dt.timedelta(days=int(ends)),
        "verified": None if since is None else TODAY - dt.timedelta(days=int(since)),
        "source": "wild",
        "external_id": str(n),
        "source_name": chance.choice(np.array([None, "© 甲", "© B", "乙"], dtype=object)),
        "pinyin": chance.choice(np.array([None, "chayejiagong cyjg", "Fanxiang FX"], dtype=object)),
        "sample": bool(chance.integers(2)),
    }


def _shape(chance: Any, layer: Layer) -> str:
    west, south = _position(chance)
    kind = chance.integers(12)
    span = float(chance.choice([0.0004, 0.01, 0.3, 2.5]))
    if kind == 0 or (kind < 5 and layer.key == "transport"):
        bends = [
            (west + span * a, south + span * b) for a, b in chance.normal(size=(int(chance.integers(2, 6)), 2)).tolist()
        ]
        return f"LINESTRING({', '.join(f'{x!r} {y!r}' for x, y in bends)})"
    if kind == 1 or (kind < 5 and layer.key in ("parks", "zones")):
        turns = np.sort(chance.uniform(0, 2 * np.pi, 6))
        ring = [(float(west + span * np.cos(t)), float(south + span * np.sin(t))) for t in turns]
        return f"POLYGON(({', '.join(f'{x!r} {y!r}' for x, y in [*ring, ring[0]])}))"
    if kind == 6:
        return f"MULTIPOINT({west!r} {south!r}, {west + span!r} {south!r})"
    return f"POINT({west!r} {south!r})"


def _position(chance: Any) -> tuple[float, float]:
    if chance.integers(4) == 0:
        return float(chance.choice(BORDERS[:3])), 29.535229562948455
    if chance.integers(3) == 0:
        return float(chance.choice(BORDERS)), float(chance.choice([29.57, 29.21, 29.535229562948455]))
    spread = float(chance.choice([0.002, 0.2, 8]))
    return tuple(
        float(v) for v in np.round(np.array(HERE) + chance.uniform(-spread, spread, 2), int(chance.integers(2, 9)))
    )


def _text(chance: Any) -> str:
    return "".join(str(chance.choice(WORDS)) for _ in range(chance.integers(0, 6)))


def _value(chance: Any, layer: Layer, name: str, kind: Any, nullable: bool) -> Any:
    if nullable and chance.integers(4) == 0:
        return None
    declared = fields(layer.model)[name]
    if isinstance(declared.filter, Codes):
        return str(
            chance.choice([p for group in declared.filter.groups for p in group.prefixes] + ["C", "C1512", "A01"])
        )
    if declared.vocabulary is not None:
        keys = list(declared.vocabulary)
        if isinstance(kind, ARRAY):
            return [str(k) for k in chance.permutation(keys)[: chance.integers(0, 4)]]
        return str(chance.choice(keys))
    return _plain(chance, kind)


def _plain(chance: Any, kind: Any) -> Any:
    if isinstance(kind, PriceType):
        low = Decimal(int(chance.integers(0, 220))) / 10
        return Price(low, low + 1, "元/㎡·月", str(chance.choice(["", "2026-05"])), str(chance.choice(["", "示例"])))
    if isinstance(kind, Boolean):
        return bool(chance.integers(2))
    if isinstance(kind, Float):
        return float(chance.integers(1, 9)) / 2
    if isinstance(kind, Numeric):
        return Decimal(int(chance.choice([0, 1, 5, 10, 30, 100, 500, 900]))) / int(chance.choice([1, 1, 1, 10]))
    if isinstance(kind, Integer):
        return int(chance.integers(0, 25))
    if isinstance(kind, Date):
        return TODAY - dt.timedelta(days=int(chance.integers(0, 80)))
    return ["甲", "乙,丙"][: chance.integers(0, 3)] if isinstance(kind, ARRAY) else _text(chance)


def params(layer: Layer) -> Iterator[tuple[str, list[str]]]:
    """Parameter -> what it may be asked for, of every parameter of a layer."""
    yield "area", ["511123", "5111", "51", "511124,411626", "Z511101", "511123,Z511101", "441900", "4419"]
    yield (
        "q",
        [
            "茶叶",
            "茶",
            "abc",
            "İZ",
            "iz",
            "a_b",
            "50%",
            "c\\d",
            "ασ",
            "ΑΣ",
            "食品",
            "国家级",
            "犍为 茶叶",
            '"返乡"',
            "cyjg",
            "ｆ",
            "电商 加工",
            "FX",
            '"加工 "',
            "创业园",
        ],
    )
    yield (
        "bbox",
        ["103.7,29.2,104.0,29.535229562948455", "103.95,29,104,29.57", "100,20,113,40", "103.359375,29,103.4,29.6"],
    )
    yield "near", ["103.95,29.21", "103.7,29.57", "112.5,29.535229562948455", "104.3,29.9"]
    yield "radius", ["0.1", "5", "60", "500"]
    yield "within", [polyline.encode(ring, 5, geojson=True) for ring in RINGS]
    yield "page", ["2", "3"]
    yield "limit", ["5", "7", "100"]
    for name, field in layer.filters.items():
        assert field.filter is not None
        yield (
            name,
            [*VALUES.get(field.filter.widget, ()), *(t.value for t in field.filter.tallies("", lambda t, **_v: t))],
        )


RINGS = (
    [(103.7, 29.2), (104.2, 29.2), (104.2, 29.7), (103.9, 29.4), (103.7, 29.57)],
    [(103.94, 29.2), (103.96, 29.2), (103.96, 29.22), (103.95, 29.21), (103.94, 29.22)],
    [(103.95, 29.21), (112.5, 29.53523), (103.7, 33)],
)
VALUES = {
    "range": ["..10", "5..30", "..<5,100..", "0.5..0.5", "3", "..0", "30..<500"],
    "since": ["2026-10-01..", "..2026-11-01", "2026-11-24", "2026-10-01..2026-10-31,2026-11-20.."],
    "codes": ["C13,A01", "C", "food,C1512", "A"],
}
