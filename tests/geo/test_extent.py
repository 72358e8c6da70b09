"""Boxes and tile arithmetic against known addresses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadCoordinate
from geo.extent import HALF_WORLD_M, Box, Tile, box_around, kilometres, tile_at


def test_the_world_is_one_tile_at_zoom_0() -> None:
    assert Tile(0, 0, 0).metres() == (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M)


def test_leshan_lies_on_its_known_tile() -> None:
    assert tile_at(103.76, 29.57, 10) == Tile(10, 807, 423)


@given(st.floats(-180, 180), st.floats(-85, 85), st.integers(0, 18))
def test_a_tile_holds_the_position_it_was_found_for(lon: float, lat: float, z: int) -> None:
    west, south, east, north = tile_at(lon, lat, z).metres()
    x = math.radians(lon) * 6378137
    y = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * 6378137
    assert west - 1e-3 <= x <= east + 1e-3
    assert south - 1e-3 <= y <= north + 1e-3


@pytest.mark.parametrize("address", [(-1, 0, 0), (23, 0, 0), (1, 2, 0), (1, 0, -1)])
def test_a_tile_that_cannot_exist_is_refused(address: tuple[int, int, int]) -> None:
    with pytest.raises(BadCoordinate):
        Tile(*address)


@pytest.mark.parametrize("box", [(1, 2, 1, 3), (2, 1, 1, 3), (0, 0, 181, 1), (0, float("nan"), 1, 1)])
def test_a_box_that_cannot_exist_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadCoordinate):
        Box(*box)


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(0.1, 400), st.floats(0, 2 * math.pi))
def test_the_box_around_a_circle_holds_it(lon: float, lat: float, km: float, turn: float) -> None:
    west, south, east, north = box_around(lon, lat, km)
    dy = km / 111.2 * math.sin(turn)
    dx = km / 111.2 * math.cos(turn) / math.cos(math.radians(lat + dy))
    there = (lon + dx, lat + dy)
    if kilometres((lon, lat), there) <= km and abs(there[0]) <= 180:
        assert west <= there[0] <= east
        assert south <= there[1] <= north


def test_chengdu_to_leshan_is_some_120_kilometres() -> None:
    assert kilometres((104.07, 30.67), (103.77, 29.55)) == pytest.approx(127.9, abs=1)
