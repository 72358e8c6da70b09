"""Whether a file's coordinate system fits the counties that its rows name; which other would."""

from __future__ import annotations

from itertools import islice

from geo.crs import Datum, Zone
from geo.errors import BadCoordinate
from geo.table import Row
from layers.areas import Areas
from layers.errors import ChoiceMissing
from layers.incoming import Incoming
from layers.located import Locator, System
from layers.words import N_

LOOKED_AT = 300
FAR_KM = 50
MOST = 0.6
SHIFTED = N_("坐标按“%(system)s”换算，%(n)s 行里有 %(far)s 行离写的区县很远；请核对坐标系再导")
BETTER = N_("坐标按“%(system)s”换算，%(n)s 行里有 %(far)s 行离写的区县很远；按%(other)s就对得上，请选定坐标系再导")


def question(incoming: Incoming, areas: Areas) -> None:
    """ChoiceMissing when most rows that name a county lie far from it, unless a person chose the system."""
    if incoming.system.said or (incoming.system.epsg is None and incoming.system.assumed):
        return
    named = list(islice(_named(incoming), LOOKED_AT))
    far = _far(incoming, named, incoming.system, areas)
    if not named or far < MOST * len(named):
        return
    told = {"system": incoming.system.label, "n": len(named), "far": far}
    for zone in _others(incoming.system):
        other = System(Datum.CGCS2000, zone.epsg)
        if _far(incoming, named, other, areas) < (1 - MOST) * len(named):
            label = f"{zone.width}°带第 {zone.number} 带"
            raise ChoiceMissing("epsg", BETTER, ((str(zone.epsg), label),), **told, other=label)
    raise ChoiceMissing("epsg", SHIFTED, (), **told)


def _named(incoming: Incoming) -> list[tuple[Row, str]]:
    """Rows that have both a position and a county."""
    found = []
    for row in incoming.table.rows:
        code = incoming.named(row, placed=True).code
        where = incoming.located(row) if code is not None else None
        if code is not None and where is not None and (where.values or where.problems):
            found.append((row, code))
        if len(found) >= LOOKED_AT:
            break
    return found


def _far(incoming: Incoming, named: list[tuple[Row, str]], system: System, areas: Areas) -> int:
    locator = Locator(incoming.matches, system)
    return sum(_is_far(locator, row, code, areas) for row, code in named)


def _is_far(locator: Locator, row: Row, code: str, areas: Areas) -> bool:
    import shapely

    try:
        values = locator.of(row).values
    except (ChoiceMissing, BadCoordinate):
        return True
    if "shape" in values:
        point = shapely.from_wkt(values["shape"]).representative_point()
        lon, lat = point.x, point.y
    elif isinstance(values.get("lon"), float):
        lon, lat = values["lon"], values["lat"]
    else:
        return True
    away = areas.away(code, lon, lat)
    return away is not None and away > FAR_KM


def _others(system: System) -> list[Zone]:
    """Strips that a wrong .prj may have been meant for: the same kind first, nearest first."""
    zone = Zone.of_epsg(system.epsg or 0)
    if zone is None:
        return []
    threes = [Zone(3, number, False) for number in range(25, 46)]
    sixes = [Zone(6, number, False) for number in range(13, 24)]
    return sorted(
        (z for z in threes + sixes if z.epsg != zone.epsg and (z.width, z.number) != (zone.width, zone.number)),
        key=lambda z: (z.width != zone.width, abs(z.meridian - zone.meridian)),
    )
