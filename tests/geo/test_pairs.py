"""Coordinate pairs as people paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import to_wgs84
from geo.errors import BadCoordinate
from geo.pairs import Pair, read_pair

LON, LAT = 103 + 57 / 60 + 12 / 3600, 29 + 12 / 60 + 36 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "103.95,29.21", "103.95 29.21", " 103.95 , 29.21 ", "103.95，29.21", "１０３．９５，２９．２１", "(103.95, 29.21)",
        "103.95;29.21", "103.95、29.21", "103.95\t29.21", "E103.95 N29.21", "103.95E 29.21N", "103.95E,29.21N", "29.21N 103.95E",
        "N29.21, E103.95", "东经103.95 北纬29.21", "东经103.95度北纬29.21度", "E103.95°N29.21°", "东经103.95度，北纬29.21度", "北纬29.21° 东经103.95°", "经度：103.95 纬度：29.21",
        "经度103.95，纬度29.21", "lng=103.95, lat=29.21", "lat: 29.21 lon: 103.95", "longitude 103.95 latitude 29.21",
        "POINT(103.95 29.21)", "[103.95,29.21]", "X=103.95 Y=29.21", "坐标：103.95,29.21", "103.95°, 29.21°", "+103.95 +29.21",
        "103.95°E 29.21°N", "103.95° E, 29.21° N", "103.95/29.21", "E 103.95, N 29.21", "WGS84 103.95,29.21",
    ],
)  # fmt: skip
def test_degrees_in_any_dress(text: str) -> None:
    assert read_pair(text) == Pair(103.95, 29.21)


@pytest.mark.parametrize(
    "text",
    [
        "103°57′12″E 29°12′36″N", "103°57'12\"E,29°12'36\"N", "29°12′36″N 103°57′12″E", "东经103度57分12秒 北纬29度12分36秒",
        "E103°57′12″ N29°12′36″", "103°57′12″，29°12′36″", "103º57’12” E 29º12’36” N", "103° 57' 12.0\" 29° 12' 36.0\"",
        "103°57.2′E 29°12.6′N", "１０３°５７′１２″Ｅ ２９°１２′３６″Ｎ", "N29°12′36″，E103°57′12″", "103°57''12 29".replace("''12 29", "′12′′ 29°12′36′′"),
    ],
)  # fmt: skip
def test_degrees_minutes_seconds(text: str) -> None:
    found = read_pair(text)
    assert (found.x, found.y) == (pytest.approx(LON, abs=1e-9), pytest.approx(LAT, abs=1e-9))


@pytest.mark.parametrize(
    "text", ["29.21 103.95", "29.21,103.95", "29°12′36″ 103°57′12″", "31.2, 80.5", "geo:29.21,103.95"]
)
def test_a_swapped_pair_is_noticed_and_put_right(text: str) -> None:
    found = read_pair(text)
    assert found.swapped
    assert (found.x > 73, found.y < 54) == (True, True)


def test_letters_decide_against_any_guess() -> None:
    assert read_pair("W103.95 S29.21") == Pair(-103.95, -29.21)
    assert read_pair("29.21E 60.5N") == Pair(29.21, 60.5)
    assert read_pair("29.21, E103.95") == Pair(103.95, 29.21)


@pytest.mark.parametrize(
    ("text", "swapped", "number"),
    [
        ("3238012.3, 35497123.4", False, 35), ("35497123.4, 3238012.3", True, 35), ("3238012.3 497123.4", False, None),
        ("497123.4 3238012.3", True, None), ("X=3238012.3，Y=35497123.4", False, 35), ("３２３８０１２．３，１８２９７１２３．４", False, 18),
    ],
)  # fmt: skip
def test_gauss_kruger_has_the_northing_first(text: str, swapped: bool, number: int | None) -> None:
    found = read_pair(text)
    assert (found.projected, found.swapped, found.zone.number if found.zone else None) == (True, swapped, number)
    assert (found.x % 1_000_000) in (pytest.approx(497123.4), pytest.approx(297123.4))
    assert found.y == 3238012.3
    if found.zone:
        lon, lat = to_wgs84(found.x, found.y, "cgcs2000")
        assert (104 < lon[0] < 106, round(lat[0], 1)) == (True, 29.3) or number == 18


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "103.95", "103.95,", "abc", "103.95 29.21 5", "103.95,29.21;103.96,29.22", "103.95 东", "200,29", "103,95", "103.95E 104E",
        "103°70′E 29°10′N", "103°57′72″ 29°12′36″", "1234567 89", "犍为县玉津镇", "103.95,29.21米", "1039500,29.21", "1e3,5", "9" * 300,
        "3238012.3, 99497123.4", "3238012,3238012", "nan,nan", "--103,29", "103..95,29", "\x00", "１０３",
    ],
)  # fmt: skip
def test_what_is_no_pair_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(BadCoordinate) as refused:
        read_pair(text)
    assert any("\u4e00" <= c <= "\u9fff" for c in str(refused.value))
    assert "\n" not in str(refused.value)


@given(st.text(max_size=60) | st.from_regex(r"[NSEW°'\"\d., 东北经纬度分秒-]{0,40}", fullmatch=True))
def test_no_text_breaks_it(text: str) -> None:
    try:
        found = read_pair(text)
    except BadCoordinate:
        return
    assert found.projected or (abs(found.x) <= 180 and abs(found.y) <= 85)


@given(st.floats(73.5, 135), st.floats(4, 53.5))
def test_what_is_printed_is_read_back(lon: float, lat: float) -> None:
    for text in (f"{lon:.7f},{lat:.7f}", f"{lat:.7f} {lon:.7f}", f"N{lat:.7f} E{lon:.7f}"):
        found = read_pair(text)
        assert (found.x, found.y) == (pytest.approx(lon, abs=1e-7), pytest.approx(lat, abs=1e-7))
