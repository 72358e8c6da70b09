"""For how long a verification stands: the layers' own days, or the operator's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.layer import Layer

_operators: dict[str, int] = {}
"""Layer key -> days, set once when the program starts."""


def use(days: Mapping[str, int]) -> None:
    """Let these days stand instead of the layers' own; a layer that is not named keeps its own."""
    _operators.clear()
    _operators.update(days)


def days(layer: Layer) -> int:
    """For how many days a verification of the layer's places stands."""
    return _operators.get(layer.key, layer.lasts)


def verified_since(layer: Layer, today: dt.date) -> dt.date:
    """The first day of which a verification still stands on the day `today`."""
    return today - dt.timedelta(days=days(layer))


def stands_until(layer: Layer, verified: dt.date) -> dt.date:
    """The last day on which a verification stands."""
    return verified + dt.timedelta(days=days(layer))
