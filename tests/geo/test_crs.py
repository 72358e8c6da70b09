"""Datums against an independent library, Gauss-Kruger against PROJ, and what lies at the edges."""

from __future__ import annotations

import geocoordinates_ffi as oracle
import numpy as np
import pytest
from pyproj import Transformer

from geo import crs
from geo.crs import Datum, Zone
from geo.errors import BadCoordinate, ZoneMissing

MILLIMETRE = 1e-3 / 111_320
N = 20_000
CHINA = (73.5, 135.1, 3.8, 53.6)


def points(seed: int, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    west, east, south, north = CHINA
    return draw.uniform(west, east, n), draw.uniform(south, north, n)


def by_oracle(convert, kind, lon, lat):  # type: ignore[no-untyped-def]
    made = [convert(kind(lat=y, lon=x)) for x, y in zip(lon, lat, strict=True)]
    made = [getattr(m, "value", getattr(m, "point", m)) for m in made]
    return np.array([m.lon for m in made]), np.array([m.lat for m in made])


def apart(one, other) -> float:  # type: ignore[no-untyped-def]
    """The largest difference in degrees."""
    return float(max(np.abs(one[0] - other[0]).max(), np.abs(one[1] - other[1]).max()))


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        (crs.wgs84_to_gcj02, "wgs84_to_gcj02", "Wgs84"),
        (crs.gcj02_to_wgs84, "gcj02_to_wgs84_refined", "Gcj02"),
        (crs.gcj02_to_bd09, "gcj02_to_bd09", "Gcj02"),
        (crs.bd09_to_gcj02, "bd09_to_gcj02_refined", "Bd09"),
        (crs.wgs84_to_bd09, "wgs84_to_bd09", "Wgs84"),
        (crs.bd09_to_wgs84, "bd09_to_wgs84_refined", "Bd09"),
    ],
    ids=lambda v: v if isinstance(v, str) and "_to_" in v else "",
)
def test_agrees_with_an_independent_library_to_a_millimetre_over_china(ours, theirs, kind) -> None:  # type: ignore[no-untyped-def]
    lon, lat = points(1)
    assert apart(ours(lon, lat), by_oracle(getattr(oracle, theirs), getattr(oracle, kind), lon, lat)) < MILLIMETRE


@pytest.mark.parametrize("datum", list(Datum))
def test_there_and_back_is_where_one_was(datum: Datum) -> None:
    lon, lat = points(2)
    assert apart(crs.to_wgs84(*crs.from_wgs84(lon, lat, datum), datum), (lon, lat)) < MILLIMETRE / 1000


def zone_cases() -> list[Zone]:
    threes = [Zone(3, number, prefixed) for number in range(25, 46) for prefixed in (True, False)]
    return threes + [Zone(6, number, prefixed) for number in range(13, 24) for prefixed in (True, False)]


@pytest.mark.parametrize("zone", zone_cases(), ids=lambda z: f"{z.width}-{z.number}-{z.prefixed}")
def test_every_gauss_kruger_strip_is_the_one_proj_has(zone: Zone) -> None:
    lon, lat = points(3, 500)
    lon = zone.meridian + (lon - lon.mean()) / np.ptp(lon) * zone.width * 0.99
    proj = Transformer.from_crs(4490, zone.epsg, always_xy=True)
    east, north = proj.transform(lon, lat)
    assert apart(crs.from_wgs84(lon, lat, "cgcs2000", zone.epsg), (east, north)) < 1e-3
    assert apart(crs.to_wgs84(east, north, "cgcs2000", zone.epsg), (lon, lat)) < MILLIMETRE
    assert abs(np.asarray(east) % 1_000_000 - 500_000).max() < 340_000
    if zone.prefixed:
        assert crs.zone_of(east) == zone
        assert apart(crs.to_wgs84(east, north, "cgcs2000"), (lon, lat)) < MILLIMETRE
    else:
        with pytest.raises(ZoneMissing):
            crs.to_wgs84(east, north, "cgcs2000")
    assert Zone.of_epsg(zone.epsg) == zone
    assert {Zone.at(x, zone.width, zone.prefixed) for x in lon} == {zone}


def test_a_file_may_lie_in_two_strips_that_its_eastings_name() -> None:
    found = crs.to_wgs84([34_600_000, 35_400_000], [3_238_000, 3_238_000], "cgcs2000")
    assert [round(x, 1) for x in found[0]] == [103.0, 104.0]


def test_who_names_a_zone_need_not_know_about_prefixes() -> None:
    with_prefix = crs.to_wgs84([35_397_123.4], [3_238_012.3], "cgcs2000")
    for epsg in (Zone(3, 35, True).epsg, Zone(3, 35, False).epsg):
        assert apart(crs.to_wgs84([35_397_123.4], [3_238_012.3], "cgcs2000", epsg), with_prefix) < 1e-12
        assert apart(crs.to_wgs84([397_123.4], [3_238_012.3], "cgcs2000", epsg), with_prefix) < 1e-12
    with pytest.raises(BadCoordinate, match="带号"):
        crs.to_wgs84([35_397_123.4], [3_238_012.3], "cgcs2000", Zone(3, 36, True).epsg)


@pytest.mark.parametrize(
    ("lon", "lat", "shifted"),
    [
        (114.17, 22.28, True), (113.54, 22.19, True), (121.52, 25.04, True), (126.98, 37.57, True), (105.85, 21.03, True),
        (106.9, 47.92, True), (131.9, 43.12, True), (139.69, 35.69, False), (106.83, -6.2, False), (71.43, 51.13, False),
    ],
    ids=["香港", "澳门", "台北", "首尔", "河内", "乌兰巴托", "海参崴", "东京", "雅加达", "阿斯塔纳"],
)  # fmt: skip
def test_what_the_rectangle_holds_is_shifted(lon: float, lat: float, shifted: bool) -> None:
    for there in (crs.wgs84_to_gcj02, crs.wgs84_to_bd09, crs.gcj02_to_wgs84, crs.bd09_to_wgs84):
        x, y = there(lon, lat)
        assert (abs(x[0] - lon) + abs(y[0] - lat) > 1e-3) == shifted


def test_the_rectangles_edge_belongs_to_it_and_a_hair_beyond_does_not() -> None:
    for lon, lat in ((crs.WEST, 35), (crs.EAST, 35), (105, crs.SOUTH), (105, crs.NORTH)):
        assert crs.wgs84_to_gcj02(lon, lat)[0][0] != lon
        out = np.sign([lon - 104.9, lat - 28.3]) * 1e-9
        beyond = (lon + (out[0] if lon != 105 else 0), lat + (out[1] if lat != 35 else 0))
        assert crs.wgs84_to_gcj02(*beyond)[0][0] == beyond[0]
        assert crs.gcj02_to_wgs84(*beyond)[0][0] == beyond[0]


def test_a_wrong_datum_has_its_signature_in_metres() -> None:
    lon, lat, metres = crs.if_really(103.95, 29.21, "gcj02")
    assert 300 < metres < 700
    assert apart(crs.wgs84_to_gcj02(lon, lat), (103.95, 29.21)) < MILLIMETRE
    assert 700 < crs.if_really(103.95, 29.21, "bd09")[2] < 1600
    assert crs.if_really(103.95, 29.21, "cgcs2000") == (103.95, 29.21, 0)


@pytest.mark.parametrize(
    ("x", "y", "datum", "epsg"),
    [
        ([200], [29], "wgs84", None), ([103], [91], "gcj02", None), ([float("nan")], [29], "bd09", None),
        ([float("inf")], [29], "wgs84", None), ([103, 104], [29], "wgs84", None), ([103], [29], "wgs84", 999999),
        ([35_500_000], [3_238_000], "cgcs2000", 2363), ([35_500_000], [3_238_000], "cgcs2000", 2415),
        ([3_238_000], [35_500_000], "cgcs2000", None), ([99_500_000], [3_238_000], "cgcs2000", None),
        ([1e300], [1e300], "cgcs2000", 3857), ([float("nan")], [3_238_000], "cgcs2000", None),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_chinese(x: list[float], y: list[float], datum: str, epsg: int | None) -> None:
    with pytest.raises(BadCoordinate) as refused:
        crs.to_wgs84(x, y, datum, epsg)
    assert any("\u4e00" <= c <= "\u9fff" for c in str(refused.value))


def test_no_points_are_no_points() -> None:
    for datum in Datum:
        assert [len(a) for a in crs.to_wgs84([], [], datum)] == [0, 0]
