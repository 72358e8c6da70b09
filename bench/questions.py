"""Which questions are asked: drawn with a seed from what the database holds, none of them twice in a run."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urlencode

from bench.fill import opened
from bench.plain_sql import Filters
from geo.extent import Tile, tile_at
from layers.words import listed

SEED = 711
SAMPLE = 4000
"""Places of which questions are made: tiles that hold one, boxes around one, words out of its name."""
SAMPLED = """
SELECT ST_X(geom), ST_Y(geom), area, name FROM projects WHERE id %% %s = 0 AND source = 'scale' ORDER BY id LIMIT %s
"""
KNOWN = b"SELECT code FROM areas WHERE level IN ('province', 'city', 'county') AND valid_to IS NULL"
HANZI = re.compile(r"[\u4e00-\u9fff]+")
COMMON, EVERYWHERE = "合作社门", "示例"
"""A word for names that have none long enough; the one that every row has, which nobody looks for."""
CODES = listed("C13 C15 A01 A03 H61 F52 Q85 C20 C18 A014 C137 A0313")
BUDGETS = (5, 10, 20, 30, 50, 80, 100)
Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Spot:
    """Where a place is (degrees), in which area, what it is called."""

    lon: float
    lat: float
    area: str
    name: str


@dataclass(frozen=True)
class Drawn:
    """A tile and the filters it is asked with."""

    at: Tile
    filters: Filters

    @property
    def path(self) -> str:
        """Our own site's address of it."""
        behind = f"?{self.filters.ours}" if self.filters.ours else ""
        return f"/tiles/projects/{self.at.z}/{self.at.x}/{self.at.y}.mvt{behind}"


class Deck:
    """Draws questions that were never drawn before; the same seed and database give the same ones."""

    def __init__(self, url: str, seed: int = SEED) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - the same questions in every run are meant
        with opened(url) as connection:
            row = connection.execute(b"SELECT max(id) FROM projects").fetchone()
            step = max(1, int(str(row[0] if row else 1)) // SAMPLE)
            found = connection.execute(SAMPLED, (step, SAMPLE)).fetchall()
            self.codes = {str(r[0]) for r in connection.execute(KNOWN).fetchall()}
        self.spots = [Spot(float(str(r[0])), float(str(r[1])), str(r[2]), str(r[3])) for r in found]
        self._seen: set[object] = set()

    def new(self, number: int, draw: Callable[[], Asked], key: Callable[[Asked], object]) -> list[Asked]:
        """So many questions none of which was asked in this run; fewer when there are no more."""
        found: list[Asked] = []
        for _try in range(number * 40):
            made = draw()
            if key(made) not in self._seen:
                self._seen.add(key(made))
                found.append(made)
            if len(found) == number:
                break
        return found

    def spot(self) -> Spot:
        """A place; dense places come oftener, as they do when people look."""
        return self.dice.choice(self.spots)

    def tiles(self, combination: str, zooms: tuple[int, int], number: int) -> list[Drawn]:
        """Tiles of zooms (both ends), each with filters of a combination that fit where it lies."""

        def draw() -> Drawn:
            spot, z = self.spot(), self.dice.randint(*zooms)
            return Drawn(tile_at(spot.lon, spot.lat, z), self.filters(combination, spot))

        return self.new(number, draw, lambda drawn: drawn.path)

    def filters(self, combination: str, spot: Spot) -> Filters:
        """Filters of the kinds that a combination names, like "area industry"."""
        parts = [getattr(self, f"_{kind}")(spot) for kind in combination.split()]
        return Filters(
            "&".join(part.ours for part in parts),
            " AND ".join(part.sql for part in parts),
            " AND ".join(part.cql for part in parts),
        )

    def _area(self, spot: Spot) -> Filters:
        return self._within(spot, (2, 4))

    def _county(self, spot: Spot) -> Filters:
        return self._within(spot, (2, 4, 6))

    def _within(self, spot: Spot, lengths: tuple[int, ...]) -> Filters:
        """The province, city or county of a place; the province where no city stands between (counties of 海南 …)."""
        short = spot.area[: self.dice.choice(lengths)]
        short = short if short.ljust(6, "0") in self.codes else spot.area[:2]
        return Filters(f"area={short.ljust(6, '0')}", f"area LIKE '{short}%'", f"area LIKE '{short}%'")

    def _industry(self, _spot: Spot) -> Filters:
        code = self.dice.choice(CODES)
        return Filters(f"industry={code}", f"industry LIKE '{code}%'", f"industry LIKE '{code}%'")

    def _budget(self, _spot: Spot) -> Filters:
        most = self.dice.choice(BUDGETS)
        return Filters(f"budget=..{most}", f"budget <= {most}", f"budget <= {most}")

    def lists(self, number: int) -> list[tuple[Filters, int]]:
        """(filters, page) of directory pages: nearly all in an area, half with a trade, some with a budget."""

        def draw() -> tuple[Filters, int]:
            chosen = self.dice.choice(("county", "county industry", "county budget", "industry", "budget",
                                       "county industry budget", ""))  # fmt: skip
            return self.filters(chosen, self.spot()), self.dice.randint(1, 4)

        return self.new(number, draw, lambda made: f"list {made[0].ours}")

    def boxes(self, number: int, places: int) -> list[str]:
        """Boxes around places (west,south,east,north in degrees), made to hold some hundred of so many places."""
        side = min(3.0, 0.7 * math.sqrt(1_000_000 / max(places, 1000)) * 0.25)

        def draw() -> str:
            spot, half = self.spot(), side * self.dice.uniform(0.4, 1.0)
            w, s, e, n = spot.lon - half, spot.lat - half, spot.lon + half, spot.lat + half
            return f"{w:.4f},{s:.4f},{e:.4f},{n:.4f}"

        return self.new(number, draw, lambda box: box)

    def words(self, number: int, length: int) -> list[str]:
        """Pieces of names that are Chinese throughout, across the borders of words too."""

        def draw() -> str:
            runs = [run for run in HANZI.findall(self.spot().name) if len(run) >= length and run != EVERYWHERE]
            run = self.dice.choice(runs) if runs else COMMON[:length]
            at = self.dice.randint(0, len(run) - length)
            return str(run[at : at + length])

        return self.new(number, draw, lambda word: f"q {word}")


def literal(word: str, of: str = "/api/collections/projects/items", limit: int = 20) -> str:
    """Our address of the places that hold a word, literally."""
    return f"{of}?q={quote(chr(34) + word + chr(34))}&limit={limit}"


def directory(filters: Filters, page: int) -> str:
    """Our directory's page: total, twenty entries, every filter with its counts."""
    return "/projects?" + "&".join(part for part in (filters.ours, f"page={page}") if part)


def peer_items(base: str, filters: Filters, page: int, language: str) -> str:
    """A peer's twenty items in our directory's order, with its total and without facets."""
    asked = {"limit": "20", "offset": str((page - 1) * 20), "sortby": "-verified"}
    asked |= {"filter": filters.cql, "filter-lang": language} if filters.cql else {}
    return f"{base}?{urlencode(asked)}"


def peer_tile(drawn: Drawn) -> str:
    """tipg's address of a tile, from the geometry in metres that spares it the transformation, two properties."""
    asked = {"geom-column": "point3857", "properties": "id,name"}
    asked |= {"filter": drawn.filters.cql} if drawn.filters.cql else {}
    at = f"{drawn.at.z}/{drawn.at.x}/{drawn.at.y}"
    return f"/collections/bench.places/tiles/WebMercatorQuad/{at}?{urlencode(asked)}"
