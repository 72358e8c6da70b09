"""Positions in Web Mercator as numbers in Morton order, in which every tile is one stretch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.extent import HALF_WORLD_M, Tile

BITS = 31
"""Steps of 1.9 cm along the side of the world."""


def keys(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """The Morton keys of positions (metres, EPSG:3857): bits of the column and of the row, from the north-west."""
    return numbers(*_steps(x, y))


def numbers(column: NDArray[Any], row: NDArray[Any]) -> NDArray[np.int64]:
    """The places of columns and rows of a grid in Morton order."""
    return _spread(column) | _spread(row) << 1


def stretch(tile: Tile) -> tuple[int, int]:
    """First key on a tile, and the one behind its last."""
    prefix = int(numbers(np.array([tile.x]), np.array([tile.y]))[0])
    shift = 2 * (BITS - tile.z)
    return prefix << shift, (prefix + 1) << shift


def cells(key: NDArray[np.int64], level: int, below: int) -> NDArray[np.int64]:
    """The number (Morton order, from 0) of the cell of the level `level + below` within its tile of `level`."""
    return (key >> 2 * (BITS - level - below)) & ((1 << 2 * below) - 1)


def _steps(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns and rows of the finest grid, reckoned as `geo.clusters` reckons coarser ones."""
    steps, world = 1 << BITS, 2 * HALF_WORLD_M
    column, row = np.floor((x + HALF_WORLD_M) / world * steps), np.floor((HALF_WORLD_M - y) / world * steps)
    return np.clip(column, 0, steps - 1).astype(np.int64), np.clip(row, 0, steps - 1).astype(np.int64)


def _spread(steps: NDArray[Any]) -> NDArray[np.int64]:
    """The 31 bits with a zero between each two."""
    spread = steps.astype(np.int64)
    for shift, kept in (
        (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333), (1, 0x5555555555555555),
    ):  # fmt: skip
        spread = (spread | spread << shift) & kept
    return spread
