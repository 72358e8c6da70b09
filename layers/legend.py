"""What the marks mean: legend entries of a View, the same for page, map and poster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from layers.layer import Layer, Style
from layers.view import View
from layers.words import Translate


@dataclass(frozen=True)
class Entry:
    """One layer in the legend; the legend is the switch of layers."""

    key: str
    title: str
    style: Style
    on: bool
    url: str


def entries(view: View, layers: Iterable[Layer], path: str, _: Translate) -> list[Entry]:
    """An entry per layer in the map's order; `url` shows the View with that layer switched."""
    offered = list(layers)
    on = [query.layer.key for query in view.queries]
    found = []
    for layer in offered:
        keys = [k for k in on if k != layer.key] if layer.key in on else [*on, layer.key]
        switched = view.showing(sorted((y for y in offered if y.key in keys), key=lambda y: keys.index(y.key)))
        found.append(Entry(layer.key, _(layer.title), layer.style, layer.key in on, switched.url(path) if keys else ""))
    return found


def seals(layer: Layer, _: Translate) -> list[tuple[str, str]]:
    """(character, meaning) of a layer's marks."""
    if layer.codes is None:
        return [(layer.style.letter, _(layer.title))]
    return [(group.seal, _(group.label)) for group in layer.codes.groups]
