"""A View as the options of its map script, and where the map stands at first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, url_for

import layers
from geo.extent import Box, box_around
from layers import overlay, transport
from layers.layer import Layer
from layers.query import Query, spell
from layers.view import View
from webapp import basemaps, catalogue, db
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.statics import static_url

CHINA = Box(73.5, 18.1, 135.1, 53.6)
SCREEN = 360
"""Pixels of the screen that the first frame is computed for; the script then fits the real one."""


@dataclass(frozen=True)
class MapPart:
    """What a page needs to show the map of a View."""

    id: str
    script_url: str
    state: dict[str, Any]


def part(view: View) -> MapPart:
    """The map of a page: element id, script, and the layers' tiles for when filters change."""
    url = view.url("/map.js") + f"&lang={language()}"
    return MapPart(overlay.DIV, url, {"layers": [layer_options(q) for q in view.queries], "bounds": bounds(view)})


def script(view: View) -> str:
    """The map's script: folium's, with our atlas and its options."""
    box = box_of(view)
    lon, lat = box.centre
    frame = overlay.Frame(*view.at) if view.at else overlay.Frame(lon, lat, zoom_for(box))
    return overlay.script(overlay.build(options(view), frame), static_url("js/atlas.js"))


def options(view: View) -> dict[str, Any]:
    """What static/js/atlas.js takes; our own words and URLs only."""
    shown = {query.layer.key for query in view.queries}
    others = [Query(layer, area=view.listed.area) for layer in layers.LAYERS if layer.key not in shown]
    drawn = [layer_options(q) for q in view.queries] + [layer_options(q, on=False) for q in others]
    return {
        "layers": drawn,
        "basemap": basemap(view),
        "badge": badge(),
        "strings": strings(),
        "bounds": None if view.at else bounds(view),
        "at": list(view.at) if view.at else None,
        "embed": False,
        "lang": language(),
    }


def layer_options(query: Query, on: bool = True) -> dict[str, Any]:
    """One layer of the map with the question in its tiles' address."""
    layer: Layer = query.layer
    tiles = url_for("tiles.layer", key=layer.key, z=0, x=0, y=0).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")
    page = url_for("place.page", key=layer.key, id=0).removesuffix("0") + "{id}"
    asked = spell(query.everywhere().params())
    return {
        "key": layer.key,
        "title": _(layer.title),
        "color": layer.style.color,
        "shape": layer.style.shape,
        "letter": layer.style.letter,
        "clusterBelow": layer.style.cluster_below,
        "shapesFrom": layer.style.shapes_from,
        "byKind": bool(layer.style.drawn_by),
        "ground": layer.style.ground,
        "on": on,
        "tiles": f"{tiles}?{asked}" if asked else tiles,
        "card": f"{page}/card?lang={language()}",
        "page": f"{page}?lang={language()}",
    }


def basemap(view: View) -> dict[str, Any]:
    """Our own outlines, and the operator's raster tiles where they are set."""
    plain = url_for("tiles.plain", z=0, x=0, y=0).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")
    raster = [
        {"url": tiles.url, "attribution": _(tiles.attribution), "maxZoom": tiles.max_zoom}
        for tiles in basemaps.layers(current_app.config["SETTINGS"])
    ]
    return {"plain": plain, "tiles": raster or None, "selected": list(view.listed.area)}


def is_approved() -> bool:
    """Whether the operator has set a 审图号 that is still valid."""
    settings = current_app.config["SETTINGS"]
    expired = settings.approval_expires is not None and settings.approval_expires < db.today()
    return bool(settings.approval_no) and not expired


def approval() -> str:
    """审图号 as long as it is valid, else that the map has not been reviewed."""
    if is_approved():
        return _("审图号：%(number)s", number=current_app.config["SETTINGS"].approval_no)
    return _("示意图·未送审")


def badge() -> dict[str, Any]:
    """The line at the lower left of every map: 审图号 or that there is none, and the sources."""
    settings = current_app.config["SETTINGS"]
    raster = basemaps.layers(settings)
    sources = sorted({_(tiles.attribution) for tiles in raster if tiles.attribution})
    if not raster:
        sources.append(_(basemaps.OUTLINES))
    if settings.approval_no and settings.approval_source:
        sources.append(settings.approval_source)
    if "rail_link" in catalogue.kinds(transport.layer):
        sources.append(_("虚线铁路是两站连线，示意"))
    sources += sorted({credit for layer in layers.LAYERS for credit in catalogue.credits_due(layer)})
    return {"approval": approval(), "sources": sources}


def lines() -> list[tuple[str, str]]:
    """(kind, label) of the lines that maps draw now, for their legend."""
    there = catalogue.kinds(transport.layer)
    return [(kind, _(transport.KIND[kind])) for kind in transport.LINES if kind in there]


def strings() -> dict[str, str]:
    """The words that the script shows."""
    return {
        "zoomIn": _("放大"),
        "zoomOut": _("缩小"),
        "clusterOf": _("%(n)s 个", n="{n}"),
        "onlyCounty": _("%(county)s：%(n)s 个只知道在这个区县", county="{county}", n="{n}"),
        "close": _("关闭"),
        "locate": _("我的位置"),
        "searchAsMove": _("移动地图时更新列表"),
        "loading": _("正在取"),
        "failed": _("没取到，请再试"),
        "km": _("公里"),
        "m": _("米"),
        "map": _("地图"),
    }


def box_of(view: View) -> Box:
    """The part of the earth that the View is about."""
    listed = view.listed
    if listed.bbox:
        return listed.bbox
    if listed.near:
        return Box(*box_around(*listed.near, listed.radius))
    boxes = [Box(*shape.bounds) for shape in map(_outline, listed.area) if shape is not None]
    found = boxes[0] if boxes else CHINA
    for box in boxes[1:]:
        found = found.around(box)
    return found


def _outline(code: str) -> Any:
    """An area's outline; a township or zone without one gets its county's or city's."""
    book = db.areas()
    for area in reversed(book.path(code)):
        if book.outline(area.code) is not None:
            return book.outline(area.code)
    return None


def bounds(view: View) -> list[float]:
    """West, south, east, north of `box_of`."""
    box = box_of(view)
    return [round(v, 5) for v in (box.west, box.south, box.east, box.north)]


def zoom_for(box: Box) -> int:
    """The zoom at which the box fits a small screen."""
    from math import log2

    wide = max((box.east - box.west) / 360, (box.north - box.south) / 170)
    return max(3, min(14, int(log2(SCREEN / 256 / wide))))


def without_frame(view: View) -> View:
    """The View whose marks go on beyond the frame that narrows its list."""
    return replace(view, queries=tuple(replace(query, bbox=None) for query in view.queries))
