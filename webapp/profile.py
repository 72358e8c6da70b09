"""What an area offers: every number is the directory's answer to the question it links to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

import layers
from layers import intervals
from layers.areas import Area, Level
from layers.intervals import Interval
from layers.layer import Layer
from layers.query import Query
from layers.ranges import Range, amount
from webapp import catalogue, db
from webapp.i18n import in_language
from webapp.i18n import translate as _

BUDGETS = ("..<10", "10..<30", "30..<100", "100..")
"""Columns of the table of listings, 万元; together they are everything that states a budget."""
SMALL = "..<30"
"""What a returnee's own savings and a personal loan reach, 万元."""
FEW, MANY = 3, 6
REACH_KM = 300.0
FAR = (("station", True, 2), ("station", False, 2), ("airport", None, 2), ("interchange", None, 2), ("port", None, 1))
"""(kind, high-speed or not, how many) of what is told about the way out."""


@dataclass(frozen=True)
class Figure:
    """A count with the address of what it counts."""

    count: int
    url: str
    label: str = ""
    seal: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class Matrix:
    """Listings by group and budget: heads, rows of (group, cells), their totals, and the groups there are none of."""

    heads: list[str]
    rows: list[tuple[Figure, list[Figure]]]
    totals: list[Figure]
    missing: list[str]


def listed(query: Query, label: str = "", seal: str = "", share: float = 0.0) -> Figure:
    """The count of a question and its directory's address."""
    number = catalogue.count(query)
    return Figure(number, address(query), label, seal, share)


def address(query: Query) -> str:
    """The directory's page of a question."""
    return in_language(query.url(f"/{query.layer.key}"))


def rows(query: Query) -> list[tuple[Layer, Row[Any]]]:
    """The question's page of places, each with its layer."""
    return [(query.layer, row) for row in catalogue.page(query)]


def of(key: str, area: Area, **more: Any) -> Query:
    """The question for everything of a layer in an area."""
    return Query(layers.get(key), area=(area.code,), **more)


def offers(area: Area) -> list[Figure]:
    """How many places of every layer the area has."""
    return [listed(of(layer.key, area), _(layer.title)) for layer in layers.LAYERS]


def small(area: Area) -> Figure:
    """Listings that can be begun with a small budget."""
    return listed(narrowed(of("projects", area), "budget", SMALL))


def narrowed(query: Query, name: str, raw: str) -> Query:
    """The question with one filter more, given as in a URL."""
    declared = query.layer.filters[name].filter
    assert declared is not None
    return query.having(name, declared.parse(raw))


def matrix(area: Area) -> Matrix:
    """Listings by industry group and budget tier."""
    wide = of("projects", area)
    columns = [narrowed(wide, "budget", tier) for tier in BUDGETS]
    counted = [_by_group(query) for query in [*columns, wide]]
    found, missing = [], []
    for number, group in enumerate(wide.layer.codes.groups if wide.layer.codes else ()):
        cells = [
            Figure(counts[number], address(narrowed(query, "industry", group.key)))
            for query, counts in zip([*columns, wide], counted, strict=True)
        ]
        if cells[-1].count:
            found.append((Figure(cells[-1].count, cells[-1].url, _(group.label), group.seal), cells))
        else:
            missing.append(_(group.label))
    found.sort(key=lambda row: -row[0].count)
    kind = wide.layer.filters["budget"].filter
    heads = [amount(intervals_of(kind, tier)[0], "万元", _) for tier in BUDGETS] if isinstance(kind, Range) else []
    return Matrix(heads, found, [listed(query) for query in [*columns, wide]], missing)


def intervals_of(kind: Range, raw: str) -> tuple[Interval, ...]:
    """The intervals of a range as it stands in a URL."""
    return intervals.merged(kind.parse(raw))


def _by_group(query: Query) -> list[int]:
    counted = catalogue.facets(query, ["industry"])
    return [choice.count for choice in counted["industry"]]


def ways(area: Area) -> list[tuple[str, list[Figure]]]:
    """How listings can be done: premises and cooperation, with their counts."""
    query = of("projects", area)
    names = ("land", "cooperation")
    counted = catalogue.facets(query, names)
    found = []
    for name in names:
        top = max((c.count for c in counted[name]), default=0) or 1
        bars = [
            Figure(c.count, address(narrowed(query, name, c.value)), c.label, share=c.count / top)
            for c in sorted(counted[name], key=lambda c: -c.count)
            if c.count
        ]
        found.append((_(query.layer.filters[name].label), bars[:MANY]))
    return found


def rooms(area: Area) -> list[tuple[Layer, Row[Any]]]:
    """Parks with room first, then incubators; those without a stated figure last."""
    parks = rows(of("parks", area, limit=40))
    free = sorted(parks, key=lambda pair: -(pair[1].factory_free or -1))
    desks = sorted(rows(of("incubators", area, limit=20)), key=lambda pair: -(pair[1].desks_free or -1))
    return free[:MANY] + desks[:FEW]


def newest(area: Area) -> list[tuple[Layer, Row[Any]]]:
    """The listings that were checked last."""
    return rows(of("projects", area, limit=FEW))


def expiring(area: Area) -> list[tuple[Layer, Row[Any]]]:
    """The listings that are valid for a fortnight at most, the next to go first."""
    found = catalogue.expiring(of("projects", area))
    return [(layers.get("projects"), row) for row in found[:FEW]]


def centre(area: Area) -> list[tuple[Layer, Row[Any]]]:
    """The service centres that answer for the area: its own, or its county's."""
    wanted = narrowed(of("services", area, limit=20), "kind", "center")
    found = rows(wanted)
    above = db.areas().county(area.code)
    if not found and above is not None and above.code != area.code:
        found = rows(narrowed(of("services", above, limit=1), "kind", "center"))
    return sorted(found, key=lambda pair: pair[1].area)


def cities() -> list[Area]:
    """The cities that have listings, parks or incubators."""
    return [
        city
        for province, n, m in parts(None)
        if n + m
        for city, listings, carriers in parts(province)
        if listings + carriers
    ]


def way_out(area: Area) -> list[tuple[Layer, Row[Any]]]:
    """Stations, airports and exits near the area's middle, straight distances in `distance_km`."""
    if area.point is None:
        return []
    found = []
    for kind, fast, most in FAR:
        query = Query(layers.get("transport"), near=area.point, radius=REACH_KM, sort="near", limit=most)
        query = narrowed(query, "kind", kind)
        found += rows(narrowed(query, "high_speed", "1") if fast else query)
    once = {row.id: (layer, row) for layer, row in found}
    return sorted(once.values(), key=lambda pair: pair[1].distance_km)


def parts(area: Area | None) -> list[tuple[Area, int, int]]:
    """(area, listings, parks and incubators) of everything right below, of the nation without an area."""
    code = area.code if area else None
    counted = []
    for key in ("projects", "parks", "incubators"):
        query = Query(layers.get(key))
        counted.append(dict(catalogue.by_area(query, code)))
    return [(part, counted[0][part], counted[1][part] + counted[2][part]) for part in db.areas().children(code)]


def beside(area: Area) -> list[tuple[Area, int]]:
    """The counties that touch a county, with their listings."""
    if area.level != Level.COUNTY:
        return []
    return [(other, listed(of("projects", other)).count) for other in db.areas().neighbours(area.code)]


def compared(area: Area) -> list[tuple[Figure, int]]:
    """A county's listings by group against its city's: (own figure with its share, percent of the city's)."""
    above = db.areas().path(area.code)[-2:-1]
    if area.level != Level.COUNTY or not above:
        return []
    own, city = of("projects", area), of("projects", above[0])
    mine, theirs = _by_group(own), _by_group(city)
    groups = own.layer.codes.groups if own.layer.codes else ()
    found = []
    for group, n, all_ in zip(groups, mine, theirs, strict=True):
        if all_:
            figure = Figure(n, address(narrowed(own, "industry", group.key)), _(group.label), group.seal, n / all_)
            found.append((figure, all_))
    return sorted(found, key=lambda pair: -pair[0].share)
