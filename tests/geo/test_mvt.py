"""Points written as a Mapbox Vector Tile are what another program reads."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import mapbox_vector_tile
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from mapbox_vector_tile.decoder import vector_tile

from geo import mvt

HUGE = 2**53
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.builds(
    "字".__mul__, st.sampled_from([42, 43, 100, 5500])
)
COLUMNS = {
    "listed": st.none() | TEXTS | st.booleans(),
    "f": st.none() | st.floats(-1e18, allow_nan=False),
    "i": st.none() | st.integers(-HUGE, HUGE) | st.integers(-300, 300),
}
PLACES = st.integers(-(2**30), 2**30) | st.integers(-64, 4160)
"""What a property's column may hold; columns and rows of a tile."""


@st.composite
def marks(draw: st.DrawFn) -> tuple[list[Any], list[tuple[int, int]], list[tuple[str, list[Any]]]]:
    number = draw(st.integers(1, 12))
    ids = draw(st.lists(st.none() | st.integers(1, HUGE) | st.integers(1, 200), min_size=number, max_size=number))
    places = draw(st.lists(st.tuples(PLACES, PLACES), min_size=number, max_size=number))
    kinds = draw(st.lists(st.sampled_from([*COLUMNS]), max_size=8))
    told = [(kind, draw(st.lists(COLUMNS[kind], min_size=number, max_size=number))) for kind in kinds]
    return ids, places, told


def written(ids: Sequence[int | None], places: Sequence[tuple[int, int]], told: list[tuple[str, list[Any]]]) -> bytes:
    properties = {f"键{n}": column(kind, values) for n, (kind, values) in enumerate(told)}
    feature_ids = np.array([-1 if id_ is None else id_ for id_ in ids])
    across, down = np.array(places).T
    return mvt.points("层", 4096, feature_ids, (across, down), properties)


def column(kind: str, values: list[Any]) -> mvt.Listed | np.ndarray[Any, Any]:
    if kind == "listed":
        table = [*dict.fromkeys((type(value), value) for value in [*values, "no point has it"])]
        places = [-1 if value is None else table.index((type(value), value)) for value in values]
        return mvt.Listed([value for _type, value in table], np.array(places))
    return np.array([mvt.NONE if value is None else value for value in values], f"{kind}8")


def read(content: bytes) -> list[Any]:
    layer = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["层"]
    assert (layer["version"], layer["extent"]) == (2, 4096)
    return [(f["id"], tuple(f["geometry"]["coordinates"]), f["properties"]) for f in layer["features"]]


def exactly(value: Any) -> tuple[type, Any]:
    """True is not 1, and 0.0 not -0.0."""
    return type(value), struct.pack("<d", value) if isinstance(value, float) else value


@settings(max_examples=100, deadline=None)
@given(marks())
def test_every_mark_is_read_as_it_was_written(
    drawn: tuple[list[Any], list[tuple[int, int]], list[tuple[str, list[Any]]]],
) -> None:
    ids, places, told = drawn
    content = written(ids, places, told)
    found = read(content)
    assert [id_ for id_, _place, _properties in found] == [id_ or 0 for id_ in ids]
    assert [place for _id, place, _properties in found] == places
    for mark, (_id, _place, properties) in enumerate(found):
        whole = {f"键{n}": values[mark] for n, (_kind, values) in enumerate(told)}
        assert {key: value for key, value in whole.items() if value is not None} == properties
    (layer,) = vector_tile.tile.FromString(content).layers
    assert [feature.HasField("id") for feature in layer.features] == [id_ is not None for id_ in ids]
    spelled = [value.SerializeToString() for value in layer.values]
    assert len(spelled) == len({*spelled})
    assert {tag for feature in layer.features for tag in feature.tags[1::2]} == {*range(len(spelled))}


def test_numbers_of_values_and_lengths_take_as_many_bytes_as_they_need() -> None:
    number = 17_000
    whole = np.arange(number) - 10_000
    names = mvt.Listed([f"名{'字' * (n % 100)}{n}" for n in range(number)], np.arange(number)[::-1])
    rows = np.zeros(number, dtype=np.int64)
    properties = {"n": whole, "half": whole / 2, "name": names, "odd": mvt.Listed((True,), -(whole % 2))}
    content = mvt.points("层", 4096, np.arange(number), (rows + 1, rows - 1), properties)
    for mark, (id_, place, told) in enumerate(read(content)):
        assert (id_, place) == (mark, (1, -1))
        known = {"n": mark - 10_000, "half": (mark - 10_000) / 2, "name": names.values[number - 1 - mark]}
        assert told == known | ({} if mark % 2 else {"odd": True})


def test_many_properties() -> None:
    places = np.array([0, -1])
    properties = {f"{n}": mvt.Listed([f"value {n}"], places) for n in range(300)}
    content = mvt.points("层", 4096, np.array([-1, -1]), (places, places), properties)
    assert read(content) == [(0, (0, 0), {f"{n}": f"value {n}" for n in range(300)}), (0, (-1, -1), {})]


def test_numbers_of_different_kinds_stay_what_they_are() -> None:
    told = {"i": np.array([1, 0]), "f": np.array([1.0, -0.0]), "b": mvt.Listed([True, "1"], np.array([0, 1]))}
    content = mvt.points("层", 4096, np.array([0, -1]), (np.array([0, 0]), np.array([0, 0])), told)
    found = [{key: exactly(value) for key, value in mark[2].items()} for mark in read(content)]
    assert found[0] == {"i": exactly(1), "f": exactly(1.0), "b": exactly(True)}
    assert found[1] == {"i": exactly(0), "f": exactly(-0.0), "b": exactly("1")}


def test_nothing_is_written_without_points() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert mvt.points("层", 4096, none, (none, none), {"n": none}) == b""
