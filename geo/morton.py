"""Positions in Web Mercator as numbers in Morton order, in which every tile is one stretch."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.extent import HALF_WORLD_M, Tile

BITS = 31
"""Steps of 1.9 cm along the side of the world."""
Steps = TypeVar("Steps", int, NDArray[np.int64])


def keys(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """The Morton keys of positions (metres, EPSG:3857): bits of the column and of the row, from the north-west."""
    return _interleaved(*_steps(x, y))


def edges(tile: Tile, below: int = 0) -> NDArray[np.int64]:
    """First keys of the cells of the level `tile.z + below` on a tile, and the one behind the last cell's last."""
    cells = 1 << 2 * below
    first = _interleaved(tile.x, tile.y) * cells
    return np.arange(first, first + cells + 1) << 2 * (BITS - tile.z - below)


def _steps(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns and rows of the finest grid, reckoned as `geo.clusters` reckons coarser ones."""
    steps, world = 1 << BITS, 2 * HALF_WORLD_M
    column, row = np.floor((x + HALF_WORLD_M) / world * steps), np.floor((HALF_WORLD_M - y) / world * steps)
    return np.clip(column, 0, steps - 1).astype(np.int64), np.clip(row, 0, steps - 1).astype(np.int64)


def _interleaved(column: Steps, row: Steps) -> Steps:
    """The places of columns and rows of a grid in Morton order."""
    return _spread(column) | _spread(row) << 1


def _spread(steps: Steps) -> Steps:
    """The 31 bits with a zero between each two."""
    for shift, kept in (
        (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333), (1, 0x5555555555555555),
    ):  # fmt: skip
        steps = (steps | steps << shift) & kept
    return steps
