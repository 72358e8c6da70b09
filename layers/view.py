"""Several questions and a frame of map: URL to View, View to URL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from layers import grammar
from layers.areas import Areas
from layers.errors import BadValue, UnknownParameter
from layers.layer import Layer
from layers.quantity import plain
from layers.query import LISTED, SHARED, Query, spell
from layers.words import N_, Translate

MIN_ZOOM, MAX_ZOOM = 3, 18
At = tuple[float, float, float]


@dataclass(frozen=True)
class View:
    """The questions, the first of which is listed beside the map, and where the map stands."""

    queries: tuple[Query, ...]
    at: At | None = None

    @classmethod
    def parse(
        cls, layers: Iterable[Layer], pairs: Iterable[tuple[str, str]], areas: Areas, strict: bool = False
    ) -> View:
        """The View of URL parameters: `layers=`, shared ones bare, a layer's own prefixed with its key.

        Without `layers` those are shown whose style says so. Raises BadValue as Query does.
        """
        offered = {layer.key: layer for layer in layers}
        params = grammar.joined(pairs)
        chosen = _chosen(params.get("layers"), offered)
        queries = []
        for position, layer in enumerate(chosen):
            mine = {k: v for k, v in params.items() if k in SHARED or (k in LISTED and position == 0)}
            prefix = f"{layer.key}."
            mine |= {k[len(prefix) :]: v for k, v in params.items() if _is_own(k, prefix, layer)}
            queries.append(_named_in_full(layer, mine, areas))
        view = cls(tuple(queries), _at(params["at"]) if "at" in params else None)
        for name in params if strict else ():
            if not view.knows(name):
                raise UnknownParameter(name, params[name], N_("没有这个参数"))
        return view

    def knows(self, name: str) -> bool:
        """Whether a parameter means something here."""
        own = {f"{query.layer.key}.{name}" for query in self.queries for name in query.layer.filters}
        return name in {"layers", "at", *SHARED, *LISTED, *own}

    @property
    def listed(self) -> Query:
        """The question whose answers stand beside the map."""
        return self.queries[0]

    def params(self) -> list[tuple[str, str]]:
        """The canonical parameters in their fixed order, defaults left out."""
        shared = [(k, v) for k, v in self.listed.params() if k in SHARED]
        own = [
            (f"{query.layer.key}.{k}", v)
            for query in self.queries
            for k, v in query.params()
            if k not in SHARED and k not in LISTED
        ]
        listed = [(k, v) for k, v in self.listed.params() if k in LISTED]
        at = [("at", spell_at(self.at))] if self.at else []
        return [("layers", ",".join(q.layer.key for q in self.queries)), *shared, *own, *listed, *at]

    def url(self, path: str) -> str:
        """The path with the canonical parameters behind it."""
        return f"{path}?{spell(self.params())}"

    def sentence(self, areas: Areas, _: Translate, lang: str) -> str:
        """The questions as a reader says them: what is shared once, then the layers with what is their own."""
        if len(self.queries) == 1:
            return self.listed.sentence(areas, _, lang)
        shared = [words for name, words in self.listed.parts(areas, _, lang) if name in SHARED]
        named = []
        for query in self.queries:
            own = _("·").join(words for name, words in query.parts(areas, _, lang) if name not in SHARED)
            named.append(_(query.layer.title) + (_("（%(note)s）", note=own) if own else ""))
        return (_("·").join(shared) + _("：") if shared else "") + _("、").join(named)

    def asking(self, query: Query) -> View:
        """The same View with its listed question replaced; what is shared goes to every layer."""
        shared = tuple(getattr(query, name) for name in SHARED)
        if shared not in self._others:
            values = dict(zip(SHARED, shared, strict=True))
            self._others[shared] = tuple(replace(other, **values, sort="", page=1) for other in self.queries[1:])
        return replace(self, queries=(query, *self._others[shared]))

    @cached_property
    def _others(self) -> dict[tuple[Any, ...], tuple[Query, ...]]:
        """What `asking` has made of the other layers' questions: a page links to a hundred Views with the same ones."""
        return {}

    def showing(self, layers: Iterable[Layer]) -> View:
        """The same View with exactly these layers, each keeping its own filters."""
        shared = {name: getattr(self.listed, name) for name in SHARED}
        kept = {query.layer.key: query for query in self.queries}
        return replace(self, queries=tuple(kept.get(y.key) or Query(y, **shared) for y in layers))


def _is_own(name: str, prefix: str, layer: Layer) -> bool:
    return name.startswith(prefix) and name[len(prefix) :] in layer.filters


def _named_in_full(layer: Layer, params: dict[str, str], areas: Areas) -> Query:
    """The layer's Query; an error names its parameter as it stands in this URL."""
    try:
        return Query.parse(layer, params.items(), areas)
    except BadValue as error:
        if error.parameter in layer.filters:
            error.parameter = f"{layer.key}.{error.parameter}"
        raise


def _chosen(raw: str | None, offered: dict[str, Layer]) -> list[Layer]:
    if raw is None:
        return [layer for layer in offered.values() if layer.style.on]
    keys = list(dict.fromkeys(part.strip() for part in raw.split(",")))
    if not all(key in offered for key in keys):
        raise BadValue("layers", raw, N_("可选：%(keys)s，多个用逗号隔开"), {"keys": " ".join(offered)})
    return [offered[key] for key in keys]


def _at(raw: str) -> At:
    allowed = N_("写经度,纬度,级别，如 103.76,29.57,10")
    match = re.fullmatch(r"([^,]+,[^,]+),([0-9]{1,2}(?:\.[0-9]{1,2})?)", raw)
    try:
        lon, lat = grammar.read_near(match[1] if match else "")
    except BadValue:
        raise BadValue("at", raw, allowed) from None
    zoom = float(match[2]) if match else 0.0
    if not MIN_ZOOM <= zoom <= MAX_ZOOM or abs(lat) > 85:
        raise BadValue("at", raw, allowed)
    return lon, lat, zoom


def spell_at(at: At) -> str:
    """lon,lat,zoom with five and two places."""
    return ",".join((plain(round(at[0], 5)), plain(round(at[1], 5)), plain(round(at[2], 2))))
