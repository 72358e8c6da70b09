"""One immutable question about one layer: URL to Query, Query to URL, Query to SELECT, Query to sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from geo.extent import Box
from layers import grammar
from layers.areas import Areas
from layers.errors import BadValue, RefusedByFilter, UnknownParameter
from layers.layer import Layer
from layers.quantity import plain
from layers.words import N_, Translate

SHARED = ("area", "q", "bbox", "near", "radius", "within")
LISTED = ("sort", "page", "limit")
DEFAULT_RADIUS_KM = 30.0


@dataclass(frozen=True)
class Query:
    """Filters, area, box, text, nearness, sort and page. Canonical: equal questions are equal objects.

    `held` is a question that the place asking has fixed: what matches must match it too, whatever the rest
    says. It stands in no URL, so no URL can loosen it.
    """

    layer: Layer
    area: tuple[str, ...] = ()
    q: str = ""
    bbox: Box | None = None
    near: grammar.Point | None = None
    radius: float = DEFAULT_RADIUS_KM
    within: str | None = None
    filters: tuple[tuple[str, Any], ...] = ()
    sort: str = ""
    page: int = 1
    limit: int = grammar.PAGE_SIZE
    held: Query | None = None

    @classmethod
    def parse(cls, layer: Layer, pairs: Iterable[tuple[str, str]], areas: Areas, strict: bool = False) -> Query:
        """The Query of URL parameters.

        Raises BadValue for a known parameter with a value it cannot have; with `strict`
        UnknownParameter (a BadValue too) for one that no filter knows.
        """
        params = grammar.joined(pairs)
        known = {*SHARED, *LISTED, *layer.filters}
        for name in params if strict else ():
            if name not in known:
                raise UnknownParameter(name, params[name], N_("没有这个参数"))
        query = replace(cls(layer), **_shared(params, areas), filters=_own(layer, params))
        return replace(query, **_listed(query, params))

    def params(self) -> list[tuple[str, str]]:
        """The canonical parameters in their fixed order, defaults left out."""
        return [*self._params]

    @cached_property
    def _params(self) -> list[tuple[str, str]]:
        fields = self.layer.filters
        shared = {
            "area": ",".join(self.area),
            "q": self.q,
            "bbox": grammar.spell_box(self.bbox) if self.bbox else "",
            "near": grammar.spell_point(self.near) if self.near else "",
            "radius": plain(self.radius) if self.near and self.radius != DEFAULT_RADIUS_KM else "",
            "within": self.within or "",
        }
        own = {name: fields[name].filter.spell(value) for name, value in self.filters}  # type: ignore[union-attr]
        listed = {
            "sort": self.sort,
            "page": str(self.page) if self.page > 1 else "",
            "limit": str(self.limit) if self.limit != grammar.PAGE_SIZE else "",
        }
        return [(name, value) for name, value in {**shared, **own, **listed}.items() if value]

    def url(self, path: str) -> str:
        """The path with the canonical parameters behind it."""
        return path + ("?" + spell(self.params()) if self.params() else "")

    def value(self, name: str) -> Any:
        """The value of a layer's own filter, None when it is not set."""
        return dict(self.filters).get(name)

    def having(self, name: str, value: Any) -> Query:
        """The same question with one filter set to a value (None: without it), from its first page."""
        if name in SHARED:
            empty = getattr(Query(self.layer), name)
            changed = replace(self, **{name: empty if value is None else value}, page=1)
            return changed if not changed.sort or changed.sort in changed.sorts() else replace(changed, sort="")
        kept = {**dict(self.filters), name: value}
        order = [(n, kept[n]) for n in self.layer.filters if kept.get(n) is not None]
        return replace(self, filters=tuple(order), page=1)

    def everywhere(self) -> Query:
        """The same question without sort and page, as downloads and counts ask it."""
        return replace(self, sort="", page=1, limit=grammar.PAGE_SIZE)

    def parts(self, areas: Areas, _: Translate, lang: str) -> list[tuple[str, str]]:
        """(parameter, words) of everything that narrows, in order."""
        said: list[tuple[str, str]] = []
        if self.area:
            said.append(("area", _("、").join(areas.get(code).label(lang) for code in self.area)))
        if self.q:
            said.append(("q", _("含“%(text)s”", text=self.q)))
        if self.bbox:
            said.append(("bbox", _("框选范围内")))
        if self.near:
            there = areas.at(self.near)
            place = there.label(lang) if there else _("所选地点")
            said.append(("near", _("离%(place)s %(km)s 公里内", place=place, km=plain(self.radius))))
        if self.within:
            said.append(("within", _("圈定范围内")))
        fields = self.layer.filters
        for name, value in self.filters:
            words = fields[name].filter.words(value, fields[name].unit, _)  # type: ignore[union-attr]
            said.append((name, words))
        return said

    def sentence(self, areas: Areas, _: Translate, lang: str) -> str:
        """The question as a reader says it."""
        said = [words for _name, words in self.parts(areas, _, lang)]
        return _(self.layer.title) + (_("：") + _("·").join(said) if said else "")

    def sorts(self) -> dict[str, str]:
        """Sort key -> label of what this question can be sorted by; "" is the default."""
        offered = {"": N_("刚核实的在前"), "newest": N_("新发布的在前")}
        if self.q:
            offered = {"": N_("对得上的在前"), "verified": N_("刚核实的在前"), "newest": N_("新发布的在前")}
        for name, field in self.layer.filters.items():
            if field.filter is not None and field.filter.widget == "range":
                offered[name] = N_("%(field)s从少到多")
        if self.near:
            offered["near"] = N_("近的在前")
        return offered


def spell(params: Iterable[tuple[str, str]]) -> str:
    """A query string that keeps commas, dots and Chinese punctuation readable."""
    return "&".join(_spelled(name, value) for name, value in params)


@lru_cache(4096)
def _spelled(name: str, value: str) -> str:
    return urlencode([(name, value)], safe=",.:<", quote_via=quote)


def _shared(params: Mapping[str, str], areas: Areas) -> dict[str, Any]:
    read = {
        "area": lambda raw: grammar.read_areas(raw, areas),
        "q": grammar.read_text,
        "bbox": grammar.read_bbox,
        "near": grammar.read_near,
        "radius": grammar.read_radius,
        "within": grammar.read_within,
    }
    found: dict[str, Any] = {name: read[name](params[name]) for name in SHARED if name in params}
    if "near" not in found:
        found.pop("radius", None)
    return found


def _own(layer: Layer, params: Mapping[str, str]) -> tuple[tuple[str, Any], ...]:
    found = []
    for name, field in layer.filters.items():
        if name in params and field.filter is not None:
            try:
                found.append((name, field.filter.parse(params[name])))
            except (ValueError, ArithmeticError):
                raise RefusedByFilter(name, params[name], field.filter) from None
    return tuple(found)


def _listed(query: Query, params: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "sort" in params:
        allowed = [key for key in query.sorts() if key]
        if params["sort"] not in (*allowed, "verified"):
            text = N_("可选：%(keys)s（near 要先给 near）")
            keys = dict.fromkeys(["verified", *allowed])
            raise BadValue("sort", params["sort"], text, {"keys": " ".join(keys)})
        found["sort"] = "" if params["sort"] == "verified" and not query.q else params["sort"]
    if "page" in params:
        found["page"] = grammar.read_count("page", params["page"], grammar.MAX_PAGE)
    if "limit" in params:
        found["limit"] = grammar.read_count("limit", params["limit"], grammar.MAX_PAGE_SIZE)
    return found
