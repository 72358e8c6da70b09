"""The one place that builds folium maps: local assets, no user text, one custom element for our vector tiles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import Element, MacroElement
from folium.template import Template

folium.Map.default_js[:] = []
folium.Map.default_css[:] = []
# The page itself loads Leaflet from our own host; folium's CDN links must never appear.

MIN_ZOOM, MAX_ZOOM = 3, 18


class Atlas(MacroElement):
    """Hands the map to our own script with its options; everything drawn comes from tiles."""

    _template = Template(
        """{% macro script(this, kwargs) %}
        atlas({{ this._parent.get_name() }}, {{ this.options|tojson }});
        {% endmacro %}"""
    )

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Atlas"
        self.options = dict(options)


@dataclass(frozen=True)
class Frame:
    """Where the map stands: centre in degrees (longitude first) and zoom."""

    lon: float
    lat: float
    zoom: float


DIV = "map_r1"
"""The id of the map's element: stable, so that equal maps have equal scripts and ETags."""


def build(options: Mapping[str, Any], frame: Frame) -> folium.Map:
    """A folium map without tiles of its own, its element ids stable.

    `options` are what static/js/atlas.js takes. They hold our own words and URLs only:
    no text of a place ever passes through folium, which does not escape.
    """
    drawn = _map(frame)
    drawn.add_child(Atlas(options))
    _renumber(drawn)
    return drawn


def _map(frame: Frame) -> folium.Map:
    drawn = folium.Map(
        location=[frame.lat, frame.lon],
        zoom_start=frame.zoom,  # type: ignore[arg-type]
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        prefer_canvas=True,
    )
    drawn.options |= {"minZoom": MIN_ZOOM, "maxZoom": MAX_ZOOM}
    return drawn


def _renumber(drawn: folium.Map) -> None:
    """folium names elements at random; number them in the order of the tree instead."""
    drawn._id = "r1"
    for number, child in enumerate(drawn._children.values(), start=2):
        child._id = f"r{number}"


def script(drawn: folium.Map, atlas_url: str) -> str:
    """The map's script part alone, as an ES module that imports our atlas from `atlas_url`."""
    figure: Any = drawn.get_root()
    figure.render()
    body = "".join(_scripts(figure.script))
    return f'import {{ atlas }} from "{atlas_url}";\n{_tidy(body)}\n'


def _scripts(element: Element) -> list[str]:
    return [child.render() for child in element._children.values()]


def _tidy(body: str) -> str:
    """Without folium's indentation, so that the script is small and stays the same."""
    return re.sub(r"\n\s*\n+", "\n", re.sub(r"(?m)^[ \t]+", "", body)).strip()


class Sealed(MacroElement):
    """Hands the map to the script of a page that stands alone; its data lies in the page as JSON, not here."""

    _template = Template("""{% macro script(this, kwargs) %}sealed({{ this._parent.get_name() }});{% endmacro %}""")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Sealed"


def sealed(frame: Frame) -> str:
    """The script of a folium map that asks for nothing: no tiles, no links, no text of a place."""
    drawn = _map(frame)
    drawn.add_child(Sealed())
    _renumber(drawn)
    figure: Any = drawn.get_root()
    figure.render()
    return _tidy("".join(_scripts(figure.script)))
