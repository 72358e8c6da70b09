"""A View's poster as plain values: its places, legend, ground, sources and words, read in the request."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import layers
from layers import legend
from layers.base import Precision
from layers.errors import BadValue
from layers.layer import Layer
from layers.query import Query
from layers.view import View
from layers.words import N_
from webapp import catalogue, db, mapping, present
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.posters import ground, words
from webapp.posters.content import Content, Key, Mark, Row, Sign
from webapp.posters.sizes import KINDS, SIZES, Size
from webapp.sharing import Shared

MOST = 200
"""Places that a poster lists; the QR code leads to all of them."""
MOST_BESIDE = 400
"""Places of a layer beside the listed one that a map draws."""


@dataclass(frozen=True)
class Asked:
    """One poster: of what, how large, of which kind, in which language."""

    shared: Shared
    size: Size
    kind: str
    lang: str

    @property
    def view(self) -> View:
        """The View that it shows."""
        return self.shared.view

    def params(self) -> list[tuple[str, str]]:
        """The canonical parameters: those of what it shows, then `size`, `kind`, `lang`, the channel."""
        own = [("size", self.size.key), ("kind", self.kind), ("lang", self.lang)]
        return [*self.shared.params, *own, *([("ch", self.shared.channel)] if self.shared.channel else [])]


def asked(shared: Shared, size: str, kind: str) -> Asked:
    """The poster that parameters ask for; BadValue for a size or kind that there is not.

    Without an approved map the poster is the list alone unless the map is asked for.
    """
    if size not in SIZES:
        raise BadValue("size", size, N_("可选：%(keys)s"), {"keys": " ".join(SIZES)})
    if kind not in ("", *KINDS):
        raise BadValue("kind", kind, N_("可选：%(keys)s"), {"keys": " ".join(KINDS)})
    too_wide = ground.is_too_wide(ground.box_of(shared.view))
    if kind == "map" and too_wide:
        raise BadValue("kind", kind, N_("全国只出名单。先选一个省、市或者区县"))
    chosen = kind or ("map" if mapping.is_approved() and not too_wide else "list")
    return Asked(shared, SIZES[size], chosen, language())


def content(wanted: Asked) -> Content:
    """Everything that stands on the poster."""
    view, shared = wanted.view, wanted.shared
    query = view.listed
    found = {q.layer.key: _places(q, MOST if q is query else MOST_BESIDE) for q in view.queries}
    listed, total = _listed(shared, query, found)
    grouped = not query.sort and len({row.area[:6] for row in listed}) > 1
    if grouped:
        listed = sorted(listed, key=lambda row: row.area[:6])
    rows = tuple(_row(number, query.layer, row) for number, row in enumerate(listed, start=1))
    code = _area_code(rows)
    return Content(
        size=wanted.size.key,
        kind=wanted.kind,
        lang=wanted.lang,
        rows=tuple(replace(row, phone=row.phone.removeprefix(f"{code}-")) for row in rows),
        beyond=total - len(rows),
        area_code=code,
        grouped=grouped,
        keys=_keys(view, found),
        ground=_ground(wanted, found) if wanted.kind == "map" else None,
        marks=_marks(view, found) if wanted.kind == "map" else (),
        apart=_apart(rows),
        day=db.today(),
        url=shared.link,
        **words.told(shared, total, listed, code),
    )


def _listed(shared: Shared, query: Query, found: dict[str, list[Any]]) -> tuple[list[Any], int]:
    """The places of the list, and how many there are; the poster of one place lists that place."""
    if shared.place is not None:
        others = [row for row in found[query.layer.key] if row.id != shared.place.id]
        found[query.layer.key] = [shared.place, *others]
        return [shared.place], 1
    listed = found[query.layer.key]
    if len(listed) < MOST:
        return listed, len(listed)
    return listed, catalogue.count(query)


def _places(query: Query, most: int) -> list[Any]:
    return catalogue.everything(query.everywhere() if not query.sort else query, most)


def sign(layer: Layer, place: Any = None) -> Sign:
    """A layer's mark, with the place's own character."""
    letter = layer.letter(place) if place is not None else layer.style.letter
    return Sign(layer.style.color, layer.style.shape, letter)


def _row(number: int, layer: Layer, place: Any) -> Row:
    money = present.money(layer, place)
    known = place.precision != Precision.COUNTY
    names = present.where(place).split("·")
    phone = present.tel(place.phone) or present.tel(place.backup_phone)
    return Row(
        number=number,
        name=getattr(place, "short_name", None) or present.offered_name(place),
        where=names[min(1, len(names) - 1)].strip(),
        money=f"{money.amount} {money.label}".strip() if money else "",
        phone=phone["text"] if phone else words.HOTLINE,
        county=present.area_label(place.area[:6]),
        county_code=place.area[:6],
        sign=sign(layer, place),
        at=(place.lon, place.lat) if known else None,
        township=place.precision == Precision.TOWNSHIP,
        radius=place.radius_km or 0.0,
    )


def _keys(view: View, found: dict[str, list[Any]]) -> tuple[Key, ...]:
    on = [entry for entry in legend.entries(view, layers.LAYERS, "/", _) if entry.on]
    keys = [
        Key(entry.title, Sign(entry.style.color, entry.style.shape, entry.style.letter), len(found[entry.key]))
        for entry in on
    ]
    return tuple(key for key in keys if key.count)


def _marks(view: View, found: dict[str, list[Any]]) -> tuple[Mark, ...]:
    return tuple(
        Mark(sign(query.layer, row), (row.lon, row.lat), row.precision == Precision.TOWNSHIP)
        for query in view.queries[1:]
        if not query.layer.style.ground
        for row in found[query.layer.key]
        if row.precision != Precision.COUNTY
    )


def _ground(wanted: Asked, found: dict[str, list[Any]]) -> Any:
    view, box = wanted.view, ground.box_of(wanted.view)
    return ground.gather(view, db.areas(), ground.form_of(wanted.size, box), box, found, language())


def _apart(rows: tuple[Row, ...]) -> tuple[tuple[str, str, int], ...]:
    """(code, county, count) of the places that are known by their county alone."""
    counted: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.at is None:
            counted[row.county_code, row.county] = counted.get((row.county_code, row.county), 0) + 1
    return tuple((code, name, n) for (code, name), n in sorted(counted.items()))


def _area_code(rows: tuple[Row, ...]) -> str:
    """The area code that all the numbers share, "" when they do not; it then stands in the foot alone."""
    codes = {match[1] if (match := re.match(r"(0\d{2,3})-", row.phone)) else "" for row in rows}
    return codes.pop() if len(codes) == 1 else ""
