"""What a file's row says of a place, in the form of a record, and which of it differs from what there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import shapely

from layers import record
from layers.areas import Areas
from layers.base import Precision
from layers.headings import PAIR, X, Y
from layers.layer import Layer
from layers.quantity import plain
from webapp import drafts

SPOT = ("lon", "lat", "shape")
WHERE = (*SPOT, "precision", "radius_km")
POSITIONS = {*SPOT, PAIR, X, Y}
"""Targets of columns that say where a place is."""
TOLERANCE = 1.5e-6
"""Degrees, a hand's breadth: our own formats write six places."""
Values = dict[str, Any]


def of(
    layer: Layer, checked: Mapping[str, Any], filled: Collection[str], areas: Areas, cleared: Collection[str] = ()
) -> Values:
    """What a row says, from its checked values; nothing of what `Layer.check` has only worked out.

    `filled` are the targets whose cells the row has filled, `shape` among them where it is drawn;
    `cleared` those whose blank cells say that there is nothing.
    The day of a verification is among it where the file gives it, as ISO text.
    """
    found: Values = {}
    for name in drafts.typed(layer):
        value = checked.get(name)
        if name in (*WHERE, "area"):
            continue
        if value is not None and value != []:
            found[name] = record.plain_value(value)
        elif name in cleared:
            found[name] = None
    found["area"] = checked["area"]
    if isinstance(checked.get("verified"), dt.date):
        found["verified"] = checked["verified"].isoformat()
    return found | _where(checked, filled, areas)


def _where(checked: Mapping[str, Any], filled: Collection[str], areas: Areas) -> Values:
    """The position that the row gives; what follows from its area alone is left to be worked out again."""
    spot = _spot(checked, areas) if POSITIONS & set(filled) else None
    if spot is None and "precision" not in filled:
        return {}
    told = ("precision", "radius_km")
    return {name: record.plain_value(checked[name]) for name in told if checked.get(name) is not None} | (spot or {})


def _spot(checked: Mapping[str, Any], areas: Areas) -> Values | None:
    """`lon` and `lat`, or `shape`; None for what is known by its area alone."""
    if checked.get("precision") == Precision.COUNTY or not checked.get("geom"):
        return None
    shape = shapely.from_wkt(str(checked["geom"]).removeprefix("SRID=4326;"))
    if not isinstance(shape, shapely.Point):
        return {"shape": shapely.to_wkt(shape, rounding_precision=8)}
    stated = areas.get(checked["area"]).point
    if checked["precision"] == Precision.TOWNSHIP and stated and _near((shape.x, shape.y), stated):
        return None
    return {"lon": plain(round(shape.x, 8)), "lat": plain(round(shape.y, 8))}


def _near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < TOLERANCE and abs(one[1] - other[1]) < TOLERANCE


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names of what a row changes. A county alone says nothing against one of its townships."""
    found = [name for name in new if name not in (*WHERE, "area", "verified") and not _same(old.get(name), new[name])]
    if not str(old.get("area") or "").startswith(new["area"]):
        found.append("area")
    if str(new.get("verified") or "") > str(old.get("verified") or ""):
        found.append("verified")
    if _spot_given(new) and not _same_spot(old, new):
        found += [name for name in WHERE if name in new]
    elif any(name in new and not _same(old.get(name), new[name]) for name in ("precision", "radius_km")):
        found += [name for name in ("precision", "radius_km") if name in new]
    return found


def _same(one: Any, other: Any) -> bool:
    if one in (None, "", []) or other in (None, "", []):
        return one in (None, "", []) and other in (None, "", [])
    if isinstance(one, list) and isinstance(other, list):
        return one == other
    return str(one) == str(other)


def _spot_given(values: Mapping[str, Any]) -> bool:
    return any(values.get(name) is not None for name in SPOT)


def _same_spot(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    try:
        if new.get("shape") is not None:
            one, other = (shapely.from_wkt(str(values.get("shape") or "POINT EMPTY")) for values in (old, new))
            return bool(shapely.equals_exact(one, other, tolerance=TOLERANCE))
        one, other = ((float(values["lon"]), float(values["lat"])) for values in (old, new))
        return not old.get("shape") and _near(one, other)
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError):
        return False


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Values:
    """What there is with what the row says; a position is one thing, and a county that is moved loses it."""
    changed = differing(old, new)
    kept = dict(old)
    if set(changed) & set(WHERE):
        kept = {name: value for name, value in old.items() if name not in WHERE}
    kept |= {name: new[name] for name in changed}
    return {name: value for name, value in kept.items() if value not in (None, "", [])}
