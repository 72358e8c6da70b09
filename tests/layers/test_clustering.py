"""Groups of rows, compared with what a loop over them finds; so many rows that they are looked at block by block."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import Connection, text

import layers
from geo import morton
from geo.extent import HALF_WORLD_M, Tile
from layers import clustering, masks, packing, tiling
from layers.clustering import Groups
from layers.snapshot import Snapshot

NAN = np.nan
FULL = 1 << 15


@pytest.fixture(params=[7, 100, FULL])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many rows are looked at together."""
    if request.param != FULL:
        monkeypatch.setattr(clustering, "BLOCK", request.param)
        monkeypatch.setattr(clustering, "SAMPLE", 5)
    assert isinstance(request.param, int)
    return request.param


def groups_of(chance: np.random.Generator, rows: int, groups: int) -> Groups:
    starts = np.sort(chance.choice(np.arange(1, rows), groups - 1, replace=False))
    return Groups(chance.permutation(rows), np.concatenate([[0], starts]), np.zeros(groups, dtype=np.int64))


def members(groups: Groups) -> list[Any]:
    return np.split(groups.rows, groups.starts[1:])


def columns(chance: np.random.Generator, groups: Groups) -> list[tuple[Any, float]]:
    """Columns and what stands for none in them: a value for each group, with exceptions and with gaps."""
    made: list[tuple[Any, float]] = []
    for dtype, none, values in (("i1", -1, [0, 1, 126, 127]), ("i8", 0, [1, 2**62, 2**63 - 1]), ("f8", NAN, [0, 0.5])):
        for gaps in (0, 0.5, 0.97, 1):
            column = np.empty(len(groups.rows), dtype)
            for rows in members(groups):
                column[rows] = chance.choice(values)
                if chance.integers(2):
                    column[chance.choice(rows)] = chance.choice(values)
            column[chance.random(len(column)) < gaps] = none
            made.append((column, none))
    return made


@pytest.mark.parametrize("size", [(1, 1), (40, 40), (60, 7), (900, 3), (900, 1), (3000, 400)])
def test_what_all_rows_of_a_group_agree_on(size: tuple[int, int], block: int) -> None:
    chance = np.random.default_rng(size[0])
    groups = groups_of(chance, *size)
    for column, none in columns(chance, groups):
        found = groups.agreeing(column, none)
        assert found.dtype == column.dtype
        absent = np.isnan(column) if column.dtype.kind == "f" else column == none
        told: list[set[Any]] = [{*column[rows][~absent[rows]].tolist()} for rows in members(groups)]
        expected = [one.pop() if len(one) == 1 else none for one in told]
        assert np.array_equal(found, np.array(expected, column.dtype), equal_nan=column.dtype.kind == "f")
        if none == 0:
            which, rows = groups.bearing(column, none)
            assert which.tolist() == np.flatnonzero(found).tolist()
            assert column[rows].tolist() == found[which].tolist()
            assert all(row in members(groups)[group] for group, row in zip(which, rows, strict=True))


@pytest.mark.parametrize("size", [(1, 1), (60, 7), (900, 3), (3000, 400)])
def test_values_of_groups_are_folded(size: tuple[int, int], block: int) -> None:
    chance = np.random.default_rng(size[0])
    groups, column = groups_of(chance, *size), chance.integers(-99, 99, size[0]).astype(float)
    found = groups.folded(column, np.add, np.minimum, np.maximum)
    each = [column[rows] for rows in members(groups)]
    for values, ask in zip(found, (np.sum, np.min, np.max), strict=True):
        assert values.tolist() == [ask(one) for one in each]


def test_rows_lie_in_their_cells_and_counties(block: int) -> None:
    chance = np.random.default_rng(1)
    spots = chance.uniform(0.7, 0.73, (300, 2)) * HALF_WORLD_M
    x, y = spots[chance.integers(300, size=4000)].T
    key = morton.keys(x, y)
    order = np.argsort(key)
    counties = packing.codes(pa.array(["511123", "511102", "51112301", "330106", ""]))
    narrow = pa.record_batch(
        {
            "key": key[order],
            "area": counties[chance.integers(5, size=4000)],
            "precision": chance.integers(3, size=4000).astype(np.int8),
        }
    )
    snapshot = Snapshot(layers.get("projects"), 1, narrow, narrow, narrow, narrow)
    edges = clustering.edges(snapshot, Tile(6, 54, 9))
    rows = np.arange(edges[0], edges[-1])[chance.random(edges[-1] - edges[0]) < 0.8]
    assert len(rows) > 1000
    expected: dict[Any, list[int]] = defaultdict(list)
    for row in rows.tolist():
        county = int(packing.leading(snapshot["area"][[row]], 6)[0])
        apart = snapshot["precision"][row] == masks.COUNTY
        expected[int(snapshot["key"][row]) >> 2 * (morton.BITS - 9), county if apart else 0, bool(apart)].append(row)
    groups = clustering.cells(snapshot, rows.copy(), edges)
    assert sorted(map(np.ndarray.tolist, members(groups))) == sorted(expected.values())
    by_first = {found[0]: county for (_cell, county, _apart), found in expected.items()}
    assert groups.county.tolist() == [by_first[rows[0]] for rows in members(groups)]


def test_degrees_are_rounded_as_postgresql_rounds(connection: Connection) -> None:
    chance = np.random.default_rng(1)
    halves = np.round(chance.uniform(-180, 180, 400), 5) + 5e-6
    near = np.concatenate([halves + steps * 1e-14 for steps in range(-4, 5)])
    degrees = np.concatenate([chance.uniform(-180, 180, 400), near, [0, 5e-6, -5e-6, 4.999999999999e-6, 1e-12]])
    asked = text(
        "SELECT CAST(round(CAST(v AS numeric), 5) AS float8)"
        " FROM unnest(CAST(:degrees AS float8[])) WITH ORDINALITY AS u (v, n) ORDER BY n"
    )
    rounded = list(connection.execute(asked, {"degrees": degrees.tolist()}).scalars())
    assert tiling._rounded(degrees.reshape(1, -1)).tolist() == [rounded]
