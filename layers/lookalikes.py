"""Near-duplicates of many new entries at once: the places of each county are read once and found by what they share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from layers import public
from layers.areas import Areas
from layers.base import Status
from layers.codes import under
from layers.duplicates import IDLE_WORDS, MOST, Alike, reasons_of, spot_of
from layers.layer import Layer

LOOKED_AT = 12
"""Names that share most with a new one and are compared in full."""
CELL = 0.002
"""Degrees: a cell and those around it hold everything within 150 m."""


class Lookalikes:
    """The places of a layer, by county, for `layers.duplicates.alike` over the rows of a file."""

    def __init__(self, connection: Connection, layer: Layer, areas: Areas) -> None:
        self._connection, self._layer, self._areas = connection, layer, areas
        self._counties: dict[str, _County] = {}

    def of(self, values: Mapping[str, Any]) -> list[Alike]:
        """Places of the same county that checked `values` may already be, the likeliest first."""
        name, area = values.get("name"), values.get("area")
        if not name or not area:
            return []
        county = self._counties.get(area[:6]) or self._read(area[:6])
        spot, phone = spot_of(values), values.get("phone")
        found = []
        for row in county.near(name, phone, spot):
            likeness, why = reasons_of(row, name, phone, spot, county.name)
            if why:
                found.append((likeness, Alike(row.id, row.name, row.status, why)))
        return [one for _likeness, one in sorted(found, key=lambda pair: -pair[0])][:MOST]

    def _read(self, code: str) -> _County:
        model = self._layer.model
        columns = (model.id, model.name, model.status, model.phone, model.precision, *public.position(model))
        where = (under(model.area, code), model.status != Status.WITHDRAWN)
        name = self._areas.get(code).name if code in self._areas else ""
        made = _County(name, self._connection.execute(select(*columns).where(*where)))
        self._counties[code] = made
        return made


class _County:
    """Places of one county, by pairs of characters of their names, telephone number and cell."""

    def __init__(self, name: str, rows: Iterable[Any]) -> None:
        self.name = name
        self._rows: dict[int, Any] = {}
        self._pairs: dict[str, list[int]] = defaultdict(list)
        self._phones: dict[str, list[int]] = defaultdict(list)
        self._cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row in rows:
            self._rows[row.id] = row
            for pair in self._pieces(row.name):
                self._pairs[pair].append(row.id)
            if row.phone:
                self._phones[row.phone].append(row.id)
            self._cells[_cell(row.lon, row.lat)].append(row.id)

    def near(self, name: str, phone: str | None, spot: tuple[float, float] | None) -> list[Any]:
        """What is worth comparing with a new entry."""
        shared = Counter(id_ for pair in self._pieces(name) for id_ in self._pairs.get(pair, ()))
        ids = dict.fromkeys(id_ for id_, _n in shared.most_common(LOOKED_AT))
        ids |= dict.fromkeys(self._phones.get(phone or "", ())[:LOOKED_AT])
        if spot:
            x, y = _cell(*spot)
            around = [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
            ids |= dict.fromkeys([id_ for cell in around for id_ in self._cells.get(cell, ())][: 4 * LOOKED_AT])
        return [self._rows[id_] for id_ in ids]

    def _pieces(self, name: str) -> set[str]:
        bare = IDLE_WORDS.sub("", name.replace(self.name, "").replace(self.name[:-1], "")) or name
        return {bare[n : n + 2] for n in range(max(1, len(bare) - 1))}


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return int(lon / CELL), int(lat / CELL)
