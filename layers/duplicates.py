"""Near-duplicates: which places of a county a new entry may already be, and why one would think so."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import Connection, select

from layers import public
from layers.areas import Areas
from layers.base import Precision, Status
from layers.codes import under
from layers.layer import Layer
from layers.words import N_

SAME_NAME, ALIKE_NAME, SAME_SPOT_M = 0.82, 0.5, 150.0
METRES_PER_DEGREE = 111_320.0
IDLE_WORDS = re.compile(r"示例|项目|招商|返乡|创业|有限公司|[（）()·\s“”\"-]")
"""Words that many names share and that tell none apart."""
MOST = 5


@dataclass(frozen=True)
class Alike:
    """A place that looks the same, and the reasons."""

    id: int
    name: str
    status: str
    reasons: tuple[str, ...]


def alike(connection: Connection, layer: Layer, values: Mapping[str, Any], areas: Areas) -> list[Alike]:
    """Places of the same county that checked `values` may already be, the likeliest first.

    The same or nearly the same name; the same number, or a spot within 150 m, with a name alike.
    """
    name, area = values.get("name"), values.get("area")
    if not name or not area:
        return []
    model = layer.model
    columns = (model.id, model.name, model.status, model.phone, model.precision, *public.position(model))
    rows = connection.execute(
        select(*columns).where(under(model.area, area[:6]), model.status != Status.WITHDRAWN).limit(5000)
    )
    spot = spot_of(values)
    county, phone = areas.get(area[:6]).name, values.get("phone")
    judged = [(row, *reasons_of(row, name, phone, spot, county)) for row in rows]
    found = [(likeness, Alike(row.id, row.name, row.status, why)) for row, likeness, why in judged if why]
    return [one for _likeness, one in sorted(found, key=lambda pair: -pair[0])][:MOST]


def spot_of(values: Mapping[str, Any]) -> tuple[float, float] | None:
    """Where checked `values` are exactly, degrees; None for what is known less well."""
    if values.get("precision") != Precision.EXACT or not values.get("geom"):
        return None
    point = shapely.from_wkt(str(values["geom"]).partition(";")[2]).representative_point()
    return point.x, point.y


def reasons_of(
    row: Any, name: str, phone: str | None, spot: tuple[float, float] | None, county: str
) -> tuple[float, tuple[str, ...]]:
    """How alike two names are, and why a place (`row`) may be the entry with this name, number and spot."""
    likeness = how_alike(row.name, name, county)
    why = []
    if likeness >= SAME_NAME:
        why.append(N_("名字几乎一样"))
    if likeness >= ALIKE_NAME and phone and row.phone == phone:
        why.append(N_("电话一样，名字也像"))
    if likeness >= ALIKE_NAME and spot and row.precision == Precision.EXACT and _metres(row, spot) <= SAME_SPOT_M:
        why.append(N_("位置相距不到 150 米，名字也像"))
    return likeness, tuple(why)


def how_alike(one: str, other: str, county: str) -> float:
    """0 to 1 over what is left of two names without the county's and the idle words."""
    a, b = (IDLE_WORDS.sub("", text.replace(county, "").replace(county[:-1], "")) for text in (one, other))
    return difflib.SequenceMatcher(None, a or one, b or other, autojunk=False).ratio()


def _metres(row: Any, spot: tuple[float, float]) -> float:
    """Distance on the ground, good enough over a few hundred metres."""
    squeeze = math.cos(math.radians(row.lat))
    east, north = (row.lon - spot[0]) * METRES_PER_DEGREE * squeeze, (row.lat - spot[1]) * METRES_PER_DEGREE
    return float((east**2 + north**2) ** 0.5)
