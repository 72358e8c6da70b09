"""Where a place is and how well that is known: position, precision and radius of checked values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import BadCoordinate, BadGeometry
from geo.extent import check_position
from layers.areas import Areas
from layers.base import Precision
from layers.words import N_

KEYS = ("lon", "lat", "shape")
MAX_VERTICES = 20_000
FAR_KM, OUT_KM = 50, 10
"""Farther than this from the county that was named, in another county or in none, a position is refused."""
Report = Callable[..., Any]


def take(
    values: dict[str, Any],
    given: Mapping[str, Any],
    areas: Areas,
    problems: list[Any],
    warnings: list[Any],
    problem: Report,
) -> None:
    """Put `geom` (EWKT, EPSG:4326), `area`, `precision` and `radius_km` into `values`.

    A position that is given but unusable is a problem: it never falls back to the county.
    """
    try:
        shape = _given(given)
    except (BadCoordinate, BadGeometry) as error:
        problems.append(problem("lon", str(error)))
        return
    if shape is not None and values.get("precision") != Precision.COUNTY:
        _placed(values, shape, areas, problems, warnings, problem)
    elif shape is not None:
        problems.append(problem("precision", N_("只到区县的地方不填经纬度")))
    elif values.get("area"):
        _by_area(values, areas, problems, problem)


def _given(given: Mapping[str, Any]) -> BaseGeometry | None:
    lon, lat, wkt = (_blank(given.get(key)) for key in ("lon", "lat", "shape"))
    if wkt is not None:
        return _shape(str(wkt))
    if lon is None and lat is None:
        return None
    try:
        x, y = float(str(lon)), float(str(lat))
    except ValueError:
        raise BadCoordinate(N_("经度和纬度都要填，写成数字，如 103.76 和 29.57")) from None
    if not (math.isfinite(x) and math.isfinite(y)) or abs(y) > 85:
        raise BadCoordinate(N_("经纬度超出范围；看看是不是填反了"))
    try:
        check_position(x, y)
    except BadCoordinate:
        raise BadCoordinate(N_("经纬度超出范围；看看是不是填反了")) from None
    return shapely.Point(x, y)


def _blank(value: Any) -> Any:
    return None if value is None or str(value).strip() == "" else value


def _shape(wkt: str) -> BaseGeometry:
    try:
        shape = shapely.from_wkt(wkt.strip())
    except shapely.errors.ShapelyError:
        raise BadGeometry(N_("看不懂这个形状（要 WKT）")) from None
    if shape is None or shape.is_empty or not shape.is_valid or shapely.get_num_coordinates(shape) > MAX_VERTICES:
        raise BadGeometry(N_("形状是空的、边线自己交叉或点太多"))
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -85 or north > 85:
        raise BadGeometry(N_("形状的坐标不是经纬度"))
    return shape


def _placed(
    values: dict[str, Any], shape: BaseGeometry, areas: Areas, problems: list[Any], warnings: list[Any], problem: Report
) -> None:
    point = shape.representative_point()
    county = areas.locate(point.x, point.y)
    if values.get("area") is None:
        if county is None:
            problems.append(problem("area", N_("这个位置不在任何区县里，请填区县")))
            return
        values["area"] = county
    elif county != values["area"][:6]:
        _elsewhere(values["area"], point, county, areas, problems, warnings, problem)
    values["precision"] = values.get("precision") or Precision.EXACT
    if values["precision"] == Precision.TOWNSHIP:
        known = areas.get(values["area"]).radius_km
        values["radius_km"] = values.get("radius_km") or known
        if values["radius_km"] is None:
            problems.append(problem("radius_km", N_("只到乡镇的位置要写误差是多少公里")))
    else:
        values["radius_km"] = None
    values["geom"] = f"SRID=4326;{shapely.to_wkt(shape, rounding_precision=8)}"


def _elsewhere(
    area: str, point: Any, county: str | None, areas: Areas, problems: list[Any], warnings: list[Any], problem: Report
) -> None:
    """A position outside the county that was named: near its border a question, farther off a refusal."""
    found = areas.get(county).name if county else N_("没有区县的地方")
    away = areas.away(area, point.x, point.y)
    if away is not None and away > (FAR_KM if county else OUT_KM):
        told = {"found": found, "km": round(away), "area": areas.get(area[:6]).name}
        problems.append(
            problem("lon", N_("位置落在%(found)s，离%(area)s有 %(km)s 公里；看看经纬度、坐标系和区县"), told)
        )
    else:
        warnings.append(problem("lon", N_("位置落在%(found)s，和填的区县对不上"), {"found": found}))


def _by_area(values: dict[str, Any], areas: Areas, problems: list[Any], problem: Report) -> None:
    """Without coordinates: the township's stated point, or an inner point of the county."""
    area = areas.get(values["area"])
    wanted = values.get("precision")
    if wanted == Precision.EXACT:
        problems.append(problem("lon", N_("准确位置要填经纬度")))
        return
    is_township = len(area.code) == 9 and area.point is not None
    if wanted == Precision.TOWNSHIP and not is_township:
        problems.append(problem("lon", N_("不知道这个乡镇在哪，请填经纬度或改成只到区县")))
        return
    township = is_township and wanted != Precision.COUNTY
    point = area.point if township else areas.inner_point(area.code)
    if point is None:
        problems.append(problem("area", N_("没有这个区县的界线，请填经纬度")))
        return
    values["precision"] = Precision.TOWNSHIP if township else Precision.COUNTY
    values["radius_km"] = (values.get("radius_km") or area.radius_km) if township else None
    values["geom"] = f"SRID=4326;POINT({point[0]} {point[1]})"
