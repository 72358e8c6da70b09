"""The filter panel, chips, sorts and pages of a question, as any page shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from typing import Any

from flask import current_app
from sqlalchemy import Row

from layers import asking, intervals, search
from layers.asking import Counted
from layers.base import Place
from layers.codes import Codes
from layers.filters import Choice, Flag
from layers.finding import Finding
from layers.layer import Layer
from layers.query import Query
from layers.ranges import Range
from layers.words import untranslated
from webapp import catalogue, db
from webapp.i18n import language
from webapp.i18n import translate as _

Link = Callable[[Query], str]
"""The URL at which a surface shows a question."""


@dataclass(frozen=True)
class Option:
    """One choice of a facet: its count as the question stands (None: not counted), and whether it is chosen."""

    value: str
    label: str
    count: int | None = None
    on: bool = False
    switched: Callable[[], str] = str
    seal: str = ""
    share: float = 0.0

    @cached_property
    def url(self) -> str:
        """The URL that switches it, "" in an idle facet; a form that ticks boxes need not know it."""
        return self.switched()


@dataclass(frozen=True)
class Facet:
    """One filter of the panel.

    `drawn`, of an idle one: its box, open or folded, as it has been drawn. Nobody has counted or chosen anything in
    it, so it is the same whatever the question.
    """

    param: str
    label: str
    help: str
    widget: str
    choices: list[Option] = field(default_factory=list)
    value: str = ""
    unit: str = ""
    name: str = ""
    drawn: dict[bool, Any] | None = None

    @cached_property
    def sealed(self) -> bool:
        """Whether its choices have seals, as those of an industry."""
        return any(choice.seal for choice in self.choices)

    @cached_property
    def offers(self) -> bool:
        """Whether it can narrow what is found, or does so already; what nobody has counted may."""
        return bool(self.value) or any(choice.count is None or choice.count or choice.on for choice in self.choices)


@dataclass(frozen=True)
class Result:
    """One page of answers."""

    rows: list[Row[Any]]
    total: int
    page: int
    pages: int
    prev_url: str
    next_url: str
    finding: Finding | None = None


@dataclass(frozen=True)
class Loosen:
    """The single filter whose removal would give the most."""

    label: str
    count: int
    url: str


def result(query: Query, link: Link) -> Result:
    """The asked page with the total; a page beyond the last one is empty."""
    total = catalogue.count(query)
    rows = catalogue.page(query) if total else []
    pages = max(1, -(-total // query.limit))
    before = link(replace(query, page=min(query.page - 1, pages))) if query.page > 1 else ""
    after = link(replace(query, page=query.page + 1)) if query.page < pages else ""
    finding = Finding(query.layer, tuple(search.meanings(query.layer, query.q, db.areas()))) if query.q else None
    return Result(rows, total, query.page, pages, before, after, finding)


def facets(query: Query, link: Link, prefix: str = "", counts: Sequence[str] = ()) -> list[Facet]:
    """Every filter of the layer, areas first; `prefix` goes before the form's names.

    Those named in `counts` come with counts; the page's script asks for others when they are opened.
    """
    numbers = catalogue.facets(query, counts) if counts else {}
    used = {name for name, _value in query.filters}
    return [
        area_facet(query, link, "area" in counts),
        *(
            _facet(query, link, prefix, name, numbers.get(name))
            if name in used or name in numbers
            else _idle(query, prefix, name)
            for name in _own_first(query.layer)
        ),
    ]


@cache
def _own_first(layer: Layer) -> list[str]:
    return sorted(layer.filters, key=lambda name: hasattr(Place, name))


@cache
def _asked_first(layer: Layer) -> str:
    """The first question that offers choices, "" without one."""
    offering = (name for name in _own_first(layer) if asking.choices(Query(layer), name, untranslated))
    return next(offering, "")


def _facet(query: Query, link: Link, prefix: str, name: str, counted: Sequence[Counted] | None) -> Facet:
    kind, value = query.layer.filters[name].filter, query.value(name)
    numbers = {choice.value: choice.count for choice in counted or ()}
    most = max(numbers.values(), default=0)
    options = [
        Option(
            c.value,
            c.label,
            numbers.get(c.value),
            _chosen(kind, value, c.value),
            partial(_switch, query, link, name, c.value),
            c.seal,
            numbers[c.value] / most if most else 0.0,
        )
        for c in asking.choices(query, name, _)
    ]
    assert kind is not None
    return _named(query.layer, prefix, name, options, kind.spell(value) if value is not None else "")


def _idle(query: Query, prefix: str, name: str) -> Facet:
    """A facet that the question neither uses nor counts: made once for each language."""
    kept: dict[tuple[str, ...], Facet] = current_app.extensions.setdefault("idle_facets", {})
    key = (language(), query.layer.key, prefix, name)
    if key not in kept:
        options = [Option(c.value, c.label, seal=c.seal) for c in asking.choices(query, name, _)]
        kept[key] = replace(_named(query.layer, prefix, name, options), drawn={})
    return kept[key]


def _named(layer: Layer, prefix: str, name: str, options: list[Option], value: str = "") -> Facet:
    declared = layer.filters[name]
    assert declared.filter is not None
    help_, unit = (_(text) if text else "" for text in (declared.help, declared.unit))
    return Facet(name, _(declared.label), help_, declared.filter.widget, options, value, unit, prefix + name)


def draw(facet: Facet, opened: bool, box: Callable[[Facet, bool], Any]) -> Any:
    """A facet's box, which a template's macro draws; an idle one's is drawn once."""
    if facet.drawn is None:
        return box(facet, opened)
    if opened not in facet.drawn:
        facet.drawn[opened] = box(facet, opened)
    return facet.drawn[opened]


def _chosen(kind: Any, value: Any, choice: str) -> bool:
    if value is None:
        return False
    if isinstance(kind, Range):
        (step,) = kind.parse(choice)
        return bool(intervals.merged([*value, step]) == value)
    return choice in value if isinstance(kind, Choice | Codes) else isinstance(kind, Flag)


def _switch(query: Query, link: Link, name: str, choice: str) -> str:
    kind = query.layer.filters[name].filter
    return link(query.having(name, _switched(kind, query.value(name), choice)))


def _ask_area(query: Query, link: Link, code: str) -> str:
    return link(query.having("area", (code,)))


def _switched(kind: Any, value: Any, choice: str) -> Any:
    """The filter's value with one choice switched; None when nothing is left."""
    on = _chosen(kind, value, choice)
    if isinstance(kind, Flag):
        return None if on else True
    if isinstance(kind, Range):
        steps = [s for s in kind.steps() if value and intervals.merged([*value, s]) == value]
        (step,) = kind.parse(choice)
        left = [s for s in steps if s != step] if on else [*(value or ()), step]
        return intervals.merged(left) or None
    kept = [k for k in value or () if k != choice] if on else [*(value or ()), choice]
    return kind.parse(",".join(kept)) if kept else None


def area_facet(query: Query, link: Link, counts: bool = True) -> Facet:
    """Areas under the chosen one; when it has none below, its siblings."""
    book, above = db.areas(), parent(query)
    numbers: dict[str, int] = {}
    if counts:
        numbers = {a.code: n for a, n in catalogue.by_area(query, above)}
    most = max(numbers.values(), default=0)
    options = [
        Option(
            area.code,
            area.label(language()),
            numbers.get(area.code),
            area.code in query.area,
            partial(_ask_area, query, link, area.code),
            share=numbers[area.code] / most if most else 0.0,
        )
        for area in book.children(above)
        if not counts or numbers.get(area.code) or area.code in query.area
    ]
    return Facet("area", _("想回哪里"), "", "area", options, ",".join(query.area), "", "area")


def parent(query: Query) -> str | None:
    """The area whose parts are offered: the chosen one; its own parent when it has no parts or is one of several."""
    book = db.areas()
    if not query.area:
        return None
    (first, *others) = query.area
    return first if not others and book.children(first) else book.get(first).parent


def standing(query: Query) -> list[str]:
    """The facets that a directory shows unfolded: areas, the first question, the one with seals, those in use."""
    named = [_asked_first(query.layer), query.layer.seal, *(name for name, _value in query.filters)]
    return ["area", *(name for name in named if name)]


def offered(query: Query, link: Link, apart: Sequence[str] = ()) -> list[Facet]:
    """The facets that stand open and offer something, with counts; those named `apart` are left out."""
    names = [name for name in standing(query) if name not in apart]
    return [facet for facet in facets(query, link, counts=names) if facet.param in names and facet.offers]


def chips(query: Query, link: Link) -> list[tuple[str, str]]:
    """(words, URL without it) of everything that narrows, but for the area, which has its own picker."""
    parts = query.parts(db.areas(), _, language())
    return [(words, link(query.having(name, None))) for name, words in parts if name != "area"]


def sorts(query: Query, link: Link) -> list[tuple[str, str, bool]]:
    """(label, URL, current) of every order that the question can be put in."""
    found = []
    for key, label in query.sorts().items():
        named = query.layer.filters.get(key)
        text = _(label, field=_(named.label)) if named else _(label)
        found.append((text, link(replace(query, sort=key, page=1)), key == query.sort))
    return found


def loosen(query: Query, link: Link) -> Loosen | None:
    """Which single filter to drop when nothing matches, and what that gives; None when none helps."""
    best: Loosen | None = None
    for name, words in query.parts(db.areas(), _, language()):
        wider = query.having(name, None)
        number = catalogue.count(wider)
        if number and (best is None or number > best.count):
            best = Loosen(words, number, link(wider))
    return best


def area_path(query: Query, link: Link) -> list[tuple[str, str]]:
    """(name, URL) from the nation down to the chosen area."""
    top = [(_("全国"), link(query.having("area", None)))]
    if len(query.area) != 1:
        return top
    above = db.areas().path(query.area[0])
    return top + [(a.label(language()), link(query.having("area", (a.code,)))) for a in above]
