"""One HTML file with a View's map, list and everything they need: it opens from a file, without any network."""

from __future__ import annotations

import re
from typing import Any

import orjson
from flask import render_template
from shapely.geometry import mapping as as_geojson
from sqlalchemy import Row

from geo.extent import Box
from layers import overlay
from layers.base import Precision
from layers.layer import Layer
from layers.query import Query
from webapp import catalogue, db, mapping, present
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.posters import ground
from webapp.sharing import Shared
from webapp.statics import FOLDER

MOST = 500
"""Places that one file holds."""
STYLES = ("vendor/leaflet/leaflet.css", "css/tokens.css", "css/components.css", "css/map.css", "css/standalone.css")
MODULES = ("merge", "marks", "standalone")
"""Our scripts in the order in which they build on each other, joined into one."""
DETAIL = 0.002
"""Simplification of the outlines, degrees (about 200 m)."""
Found = list[tuple[Layer, Row[Any]]]


def page(shared: Shared) -> str:
    """The whole file. Beyond `MOST` places it says how many are left out."""
    found, total = _places(shared)
    listed = shared.view.listed.layer
    box = mapping.box_of(shared.view)
    zoom = float(mapping.zoom_for(box))
    frame = overlay.Frame(*shared.view.at) if shared.view.at else overlay.Frame(*box.centre, zoom)
    return render_template(
        "standalone.html",
        shared=shared,
        rows=[row for layer, row in found if layer is listed],
        layer=listed,
        left_out=total - len(found),
        most=MOST,
        badge=mapping.badge(),
        styles="\n".join(_style(name) for name in STYLES),
        leaflet=_script("vendor/leaflet/leaflet.js"),
        ours="\n".join(_module(name) for name in MODULES),
        folium=overlay.sealed(frame),
        map_id=overlay.DIV,
        data=_data(shared, found, box),
    )


def _places(shared: Shared) -> tuple[Found, int]:
    """The places of every layer of the View, the listed one's first, and how many there are."""
    found: Found = []
    total = 0
    for query in shared.view.queries:
        asked = query.everywhere() if query is not shared.view.listed else query
        rows = catalogue.everything(asked, MOST - len(found))
        found += [(query.layer, row) for row in rows]
        total += _count(query) if len(found) >= MOST else len(rows)
    return found, total


def _count(query: Query) -> int:
    return catalogue.count(query)


def _data(shared: Shared, found: Found, box: Box) -> str:
    """JSON that may stand inside an HTML script element: nothing in it can end the element."""
    told = {
        "layers": [_layer(query.layer) for query in shared.view.queries],
        "places": [_place(layer, row) for layer, row in found],
        "land": _land(shared, box),
        "bounds": None if shared.view.at else [box.west, box.south, box.east, box.north],
        "badge": mapping.badge(),
        "strings": mapping.strings(),
    }
    text = orjson.dumps(told).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _layer(layer: Layer) -> dict[str, Any]:
    style = layer.style
    return {"key": layer.key, "title": _(layer.title), "color": style.color, "shape": style.shape}


def _place(layer: Layer, row: Row[Any]) -> dict[str, Any]:
    phone = present.tel(row.phone) or present.tel(row.backup_phone)
    money = present.money(layer, row)
    told = {
        "layer": layer.key,
        "id": row.id,
        "name": present.offered_name(row),
        "where": present.where(row),
        "money": f"{money.amount} {money.label}".strip() if money else "",
        "phone": phone["text"] if phone else "",
        "letter": layer.letter(row),
        "precision": row.precision,
        "county": row.area[:6],
        "county_name": present.area_label(row.area[:6]),
        "lon": round(row.lon, 5),
        "lat": round(row.lat, 5),
    }
    return told | ({"radius": row.radius_km or 0} if row.precision == Precision.TOWNSHIP else {})


def _land(shared: Shared, box: Box) -> list[dict[str, Any]]:
    """Counties around, simplified; none for a map of the nation."""
    seen = ground.seen(box, (800, 800))
    if ground.is_too_wide(box):
        return []
    under = {code.rstrip("0") for code in shared.view.listed.area}
    counties = [(area, db.areas().outline(area.code)) for area in db.areas().crossing(*_sides(seen))]
    return [
        {
            "on": any(area.code.startswith(code) for code in under),
            "name": area.label(language()),
            "shape": as_geojson(shape.simplify(DETAIL)),
        }
        for area, shape in counties
        if shape is not None
    ]


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.west, box.south, box.east, box.north


def _style(name: str) -> str:
    """A style sheet that refers to no other file."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return re.sub(r"url\((?!['\"]?data:)[^)]*\)", "none", text).replace("</", r"<\/")


def _script(name: str) -> str:
    """A script that cannot end its own element."""
    return (FOLDER / name).read_text(encoding="utf-8").replace("</script", r"<\/script").replace("<!--", r"<\!--")


def _module(name: str) -> str:
    """One of our modules as part of a plain script: what it takes from others is there already."""
    text = re.sub(r"(?m)^import .*\n", "", _script(f"js/{name}.js"))
    return re.sub(r"(?m)^export ", "", text)
