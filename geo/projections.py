"""What a well-known text (.prj, GeoPackage) proves of a file's coordinates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo.errors import UnreadableFile
from geo.gauss import Zone
from geo.table import Proof
from geo.words import N_

if TYPE_CHECKING:
    from pyproj import CRS

NOT_OURS = N_("坐标系是“%(name)s”，换算要当地参数，这里换不准；请先换成 CGCS2000 或 WGS 84 再导出")
LONGEST = 20_000


def proof(text: str, source: str) -> Proof:
    """The proof that a WKT gives; empty where it cannot be read. UnreadableFile for 西安 80, 北京 54 and the like.

    Gauss-Kruger is told from its parameters: names and codes in .prj files are not to be relied on.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if not text.strip() or len(text) > LONGEST:
        return Proof()
    try:
        found = CRS.from_user_input(text.strip())
    except CRSError:
        return Proof()
    base = found.geodetic_crs
    name = found.name
    if base is None or re.search(r"unknown|undefined", base.name, re.I):
        return Proof(name=name)
    china = bool(re.search(r"2000|4490", base.name) and re.search(r"cgcs|china", base.name, re.I))
    world = bool(re.search(r"wgs[ _-]*(19)?84", base.name, re.I))
    if not china and not world:
        raise UnreadableFile(NOT_OURS, name=name)
    if found.is_geographic:
        return Proof(4490 if china else 4326, name, source)
    zone = _zone(found)
    if zone is not None:
        return Proof(zone.epsg, name, source)
    return Proof(found.to_epsg(min_confidence=60), name, source)


def _zone(found: CRS) -> Zone | None:
    """The strip of a transverse Mercator with scale 1, by its meridian and false easting."""
    operation = found.coordinate_operation
    if operation is None or not re.search(r"transverse.mercator|gauss", operation.method_name, re.I):
        return None
    values = {parameter.name.lower(): float(parameter.value) for parameter in operation.params}
    meridian = values.get("longitude of natural origin", values.get("central_meridian", 0.0))
    easting = values.get("false easting", values.get("false_easting", 0.0))
    scale = values.get("scale factor at natural origin", values.get("scale_factor", 1.0))
    if scale != 1 or meridian % 1:
        return None
    prefix, rest = divmod(easting, 1_000_000)
    if rest != 500_000:
        return None
    if prefix:
        return Zone.of_number(int(prefix)) if 13 <= prefix <= 45 and prefix != 24 else None
    return Zone.at(meridian, 3) if 75 <= meridian <= 135 and meridian % 3 == 0 else None
