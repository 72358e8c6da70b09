"""Synthetic places as columns of COPY text: projects, and parks and railway links in proportion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

from bench.ground import Ground, Numbers
from bench.words import DOES, FORMS, PARK_FORMS, PLACES, RISKS, SELLS, SKILLS, TRADES
from layers import check, industries, parks, projects
from layers.areas import Areas

SOURCE = "scale"
NULL = r"\N"
FRESH_DAYS = 40
"""Verified at most so many days before the fill, so that all stays public for some weeks."""
RARE = 0.1
"""The share of projects with any code of GB/T 4754 and its own name instead of one of the listed trades."""
Columns = dict[str, list[str]]
PHRASES = {
    "does": DOES, "sells": SELLS, "spot": PLACES, "skills": SKILLS, "risks": RISKS, "form": FORMS,
}  # fmt: skip


class Maker:
    """Draws columns of places; the same seed and day give the same places."""

    def __init__(self, areas: Areas, ground: Ground, dice: np.random.Generator, today: dt.date) -> None:
        self.areas, self.ground, self.dice, self.today = areas, ground, dice, today
        self.codes = sorted(code for code in industries.names() if len(code) > 2)

    def projects(self, first: int, number: int) -> Columns:
        """So many projects, numbered from `first`."""
        spot, where = self._where(number)
        said = {name: self._words(listed, number) for name, listed in PHRASES.items()}
        trades = self._trades(number)
        names = self._names(spot, trades, said["form"], first)
        summary = [f"{a}，{b}" for a, b in zip(said["does"], said["sells"], strict=True)]
        size = self.dice.integers(40, 900, number).tolist()
        return {
            **where,
            **names,
            **self._dates(number),
            **self._money(number),
            **self._tags(number),
            "summary": summary,
            "place": said["spot"],
            "industry": [code for _word, code, _sector in trades],
            "trade": [word for word, _code, _sector in trades],
            "sector": [sector for _word, _code, sector in trades],
            "content": [f"用{a}{n} ㎡，{b}；{c}。" for a, n, b, c in
                        zip(said["spot"], size, said["does"], said["sells"], strict=True)],
            "skills": said["skills"], "risks": said["risks"], "market": said["sells"],
            "land_area": [str(n) for n in size], "land_unit": ["sqm"] * number,
        }  # fmt: skip

    def parks(self, first: int, number: int) -> Columns:
        """So many parks, half of them with an outline."""
        spot, where = self._where(number, shape=_outlined)
        form = self._words(PARK_FORMS, number)
        names = self._names(spot, self._trades(number), form, first, spoken=False)
        lead = [f"{word}、{other}" for (word, *_), (other, *_more) in
                zip(self._trades(number), self._trades(number), strict=True)]  # fmt: skip
        free = self.dice.integers(0, 20_000, number)
        rent = [f'{{"low": "{low}", "high": "{low + 3}", "unit": "元/㎡·月", "on": "", "source": "示例"}}'
                for low in self.dice.integers(3, 15, number).tolist()]  # fmt: skip
        return {
            **where, **names, **self._dates(number), "leading_industry": lead, "rent": rent,
            "level": self._words([*parks.LEVEL], number), "kind": self._words([*parks.KIND], number),
            "factory_free": [str(n) for n in free.tolist()],
            "free_land_mu": [str(n) for n in self.dice.integers(0, 400, number).tolist()],
        }  # fmt: skip

    def links(self, first: int, number: int) -> Columns:
        """So many railway links (示意连线), each between two spots of one county or its neighbour in the list."""
        spot, where = self._where(number, shape=self._towards)
        names = self._names(spot, self._trades(number), ["铁路连线"] * number, first, spoken=False)
        return {
            **where, **names, **self._dates(number), "kind": ["rail_link"] * number, "state": ["open"] * number,
            "high_speed": [NULL] * number,
        }  # fmt: skip

    def _where(self, number: int, shape: Callable[..., list[str]] | None = None) -> tuple[list[int], Columns]:
        """The spots, and area, position and precision: mostly exact; of what has a shape always."""
        spot, lon, lat = self.ground.draw(self.dice, number)
        share = self.dice.random(number) if shape is None else np.ones(number)
        county = [self.ground.county[n] for n in spot]
        inner = [self.areas.inner_point(code) for code in county]
        only = [value < 0.05 and point is not None for value, point in zip(share.tolist(), inner, strict=True)]
        town = ((share >= 0.05) & (share < 0.15)).tolist()
        drawn = shape(self.dice, spot, lon, lat) if shape else _points(lon, lat)
        geom = [f"POINT({p[0]} {p[1]})" if c and p else d for d, c, p in zip(drawn, only, inner, strict=True)]
        code = [self.ground.code[n] for n in spot]
        radius = self.dice.integers(2, 9, number).tolist()
        return spot.tolist(), {
            "geom": [f"SRID=4326;{wkt}" for wkt in geom],
            "area": [c if o else full for c, o, full in zip(county, only, code, strict=True)],
            "precision": ["county" if o else "township" if t else "exact" for o, t in zip(only, town, strict=True)],
            "radius_km": [str(r) if t else NULL for r, t in zip(radius, town, strict=True)],
        }

    def _towards(self, dice: np.random.Generator, spot: Numbers, lon: Numbers, lat: Numbers) -> list[str]:
        other = np.minimum(spot + dice.integers(1, 4, len(spot)), len(self.ground.x) - 1)
        ends = zip(
            lon.tolist(), lat.tolist(), self.ground.x[other].tolist(), self.ground.y[other].tolist(), strict=True
        )
        return [f"LINESTRING({a} {b},{(a + c) / 2} {(b + d) / 2},{c} {d + 0.001})" for a, b, c, d in ends]

    def _words(self, listed: Sequence[str], number: int) -> list[str]:
        """Words of a list, the first ones oftener than the last."""
        share = 1.0 / np.arange(2, len(listed) + 2)
        return [listed[n] for n in self.dice.choice(len(listed), number, p=share / share.sum()).tolist()]

    def _trades(self, number: int) -> list[tuple[str, str, str]]:
        usual = [(trade.word, trade.code, trade.sector) for trade in TRADES]
        rare = [(industries.names()[code][:20], code, _sector(code)) for code in self.codes]
        common = self.dice.zipf(1.35, number) % len(usual)
        any_ = self.dice.integers(0, len(rare), number).tolist()
        odd = (self.dice.random(number) < RARE).tolist()
        shuffled = self.dice.permutation(len(usual))[common].tolist()
        return [rare[r] if o else usual[u] for r, u, o in zip(any_, shuffled, odd, strict=True)]

    def _names(
        self, spot: list[int], trades: Iterable[tuple[str, str, str]], forms: list[str], first: int, spoken: bool = True
    ) -> Columns:
        """犍为县·竹编合作社·示例12号, with what a Latin keyboard finds it by (trades that are `spoken` too)."""
        county = [self.areas.get(self.ground.county[n]).name for n in spot]
        parts = [(c, word[: 34 - len(c) - len(form)] + form, word) for c, (word, *_), form in
                 zip(county, trades, forms, strict=True)]  # fmt: skip
        number = range(first, first + len(spot))
        latin = [_latin(c, made, n, word if spoken else "") for (c, made, word), n in zip(parts, number, strict=True)]
        return {
            "name": [f"{c}·{made}·示例{n}号"[:40] for (c, made, _word), n in zip(parts, number, strict=True)],
            "pinyin": latin,
            "external_id": [f"S{n}" for n in number],
            "office": [f"{c}人力资源和社会保障局" for c in county],
        }

    def _dates(self, number: int) -> Columns:
        verified = self.dice.integers(0, FRESH_DAYS, number)
        days = [self.today + dt.timedelta(days=n) for n in range(-FRESH_DAYS - 400, 400)]
        text = np.array([day.isoformat() for day in days], dtype=object)
        here = FRESH_DAYS + 400
        return {
            "verified": text[here - verified].tolist(),
            "published": text[here - verified - self.dice.integers(0, 300, number)].tolist(),
            "valid_until": text[here + self.dice.integers(60, 365, number)].tolist(),
            "verified_how": self._words(["phone", "visit", "document"], number),
            "phone": [f"0833-000 {n:04d}" for n in self.dice.integers(11, 100, number).tolist()],
            "backup_phone": ["0833-12333"] * number,
            "sample": ["t"] * number, "status": ["published"] * number, "source": [SOURCE] * number,
            "source_name": ["示例，为测速度而编写"] * number,
        }  # fmt: skip

    def _money(self, number: int) -> Columns:
        """Budgets from 1 to some thousand 万元, most of them small; a few projects state none but the total."""
        least = np.exp(self.dice.normal(2.6, 1.2, number)).round(1).clip(0.5, 9000)
        total = (least * self.dice.uniform(1.2, 4, number)).round(1)
        return {
            "budget": [str(v) for v in least.tolist()],
            "budget_max": [str(round(v * 1.8, 1)) for v in least.tolist()],
            "investment": [NULL if n % 7 == 0 else str(v) for n, v in enumerate(total.tolist())],
            "monthly_cost": [str(round(v / 20, 2)) for v in least.tolist()],
        }

    def _tags(self, number: int) -> Columns:
        words = {name: [*listed] for name, listed in
                 (("cooperation", projects.COOPERATION), ("land", projects.LAND), ("utilities", projects.UTILITIES),
                  ("audience", projects.AUDIENCE))}  # fmt: skip
        buyer = self.dice.random(number)
        return {
            **{name: _sets(self.dice, keys, number) for name, keys in words.items()},
            "chain": self._words([*projects.CHAIN], number),
            "stage": self._words([*projects.STAGE], number),
            "progress": self._words(["open", "talking"], number),
            "buyer": ["t" if value < 0.3 else "f" if value < 0.7 else NULL for value in buyer.tolist()],
        }


def lines(columns: Columns) -> str:
    """The rows of some columns as COPY reads them."""
    return "\n".join(map("\t".join, zip(*columns.values(), strict=True))) + "\n"


def _points(lon: Numbers, lat: Numbers) -> list[str]:
    return [f"POINT({x} {y})" for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]


def _outlined(dice: np.random.Generator, _spot: Numbers, lon: Numbers, lat: Numbers) -> list[str]:
    """Half the parks as four-cornered outlines of some hundred metres."""
    half = dice.uniform(0.001, 0.006, len(lon)).round(6)
    corners = ((-1, -1), (1, -0.8), (0.9, 1), (-1.1, 0.9), (-1, -1))
    shown = []
    for n, (x, y, r) in enumerate(zip(lon.tolist(), lat.tolist(), half.tolist(), strict=True)):
        ring = ",".join(f"{x + r * dx:.6f} {y + r * dy:.6f}" for dx, dy in corners)
        shown.append(f"POLYGON(({ring}))" if n % 2 else f"POINT({x} {y})")
    return shown


def _sets(dice: np.random.Generator, keys: list[str], number: int) -> list[str]:
    """One to three keys of a vocabulary in its own order, as an array's text."""
    picked = dice.integers(0, len(keys), (number, 3))
    kept: dict[tuple[Any, ...], str] = {}
    for row in set(map(tuple, picked.tolist())):
        kept[row] = "{" + ",".join(keys[n] for n in sorted(set(row))) + "}"
    return [kept[tuple(row)] for row in picked.tolist()]


def _sector(code: str) -> str:
    return "primary" if code[0] == "A" else "secondary" if code[0] in "BCDE" else "tertiary"


def _latin(county: str, made: str, number: int, trade: str) -> str:
    """What `layers.check.pinyin` makes of the name and the trade, put together from its parts.

    The dots keep the parts apart, so that each is spelled as it is alone.
    """
    (one, one_letters), (two, two_letters), (more, more_letters) = _spelled(county), _spelled(made), _spelled("示例")
    (end, end_letters), tail = _spelled("号"), f" {' '.join(_spelled(trade))}" if trade else ""
    return (
        f"{one}·{two}·{more}{number}{end} {one_letters}·{two_letters}·{more_letters}{number}{end_letters}{tail}".lower()
    )


@cache
def _spelled(text: str) -> tuple[str, str]:
    whole, letters = check.pinyin(text).split(" ", 1) if text else ("", "")
    return whole, letters
