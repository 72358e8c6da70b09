"""The map of a saved view: everything its script asks for goes through addresses bound to the view."""

from __future__ import annotations

from typing import Any

from geo.extent import Box
from layers import overlay
from layers.query import Query, spell
from webapp import catalogue, mapping
from webapp.i18n import language
from webapp.mapping import MapPart
from webapp.saved.bound import Bound
from webapp.statics import static_url

LEAST = 0.05
"""Degrees around a single place that the map follows."""


def part(bound: Bound) -> MapPart:
    """What the page needs for its map."""
    script_url = bound.at("/map.js", None, ("lang", language()))
    return MapPart(overlay.DIV, script_url, {})


def script(bound: Bound) -> str:
    """The map's script; it knows no address that would answer more than the view."""
    box = frame(bound)
    at = None if bound.saved.options.follow else bound.view.at
    stand = overlay.Frame(*at) if at else overlay.Frame(*box.centre, mapping.zoom_for(box))
    told = {
        **mapping.options(bound.view),
        "layers": [layer(bound, query) for query in bound.view.queries],
        "bounds": None if at else [round(v, 5) for v in (box.west, box.south, box.east, box.north)],
        "at": list(at) if at else None,
        "embed": True,
    }
    return overlay.script(overlay.build(told, stand), static_url("js/atlas.js"))


def layer(bound: Bound, query: Query) -> dict[str, Any]:
    """One layer: its tiles, cards and list are the view's own."""
    key, slug = query.layer.key, bound.saved.slug
    asked = spell(query.everywhere().params())
    return {
        **mapping.layer_options(query),
        "tiles": f"/embed/{slug}/tiles/{key}/{{z}}/{{x}}/{{y}}.mvt" + (f"?{asked}" if asked else ""),
        "card": f"/embed/{slug}/{key}/{{id}}/card?lang={language()}",
        "list": bound.at("", None, ("layers", key), ("list", "1"), ("lang", language())),
    }


def frame(bound: Bound) -> Box:
    """The part of the earth that the map begins with: the places found when it follows them, else what is asked."""
    if not bound.saved.options.follow:
        return mapping.box_of(bound.view)
    return _around(bound) or mapping.box_of(bound.view)


def _around(bound: Bound) -> Box | None:
    """A box around every place found, lines and townships left to what is marked above them; None without any."""
    marked = [query for query in bound.view.queries if not query.layer.style.ground] or list(bound.view.queries)
    found: Box | None = None
    for query in marked:
        extent = catalogue.extent(query)
        if extent is not None:
            box = _roomy(extent)
            found = box if found is None else found.around(box)
    return found


def _roomy(box: Box) -> Box:
    """The box, a little wider where it is but a point."""
    wide, high = (max(0.0, LEAST - side) / 2 for side in (box.east - box.west, box.north - box.south))
    return Box(box.west - wide, box.south - high, box.east + wide, box.north + high)
