"""A pasted coordinate pair as a place on the map: converted, put in its county, and questioned where it looks wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from geo import crs
from geo.crs import LABELS, Datum
from geo.extent import kilometres
from geo.pairs import Pair, read_pair
from layers.areas import Areas
from layers.words import N_, Translate

__all__ = ["LABELS", "Datum", "Located", "Question", "doubts", "locate"]
SIGNATURE_M = (200.0, 1500.0)
"""How far apart the datums lie in China: a point that is wrong by so much may be called by the wrong one."""


@dataclass(frozen=True)
class Question:
    """Something that a person should look at again, with the position it would be otherwise."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    datum: str = ""
    lon: float | None = None
    lat: float | None = None

    def text(self, _: Translate) -> str:
        """The question in the reader's language."""
        return _(self.message, **{k: _(str(v)) if k == "datum" else v for k, v in self.values.items()})


@dataclass(frozen=True)
class Located:
    """Degrees (WGS 84), how far the conversion moved the numbers (metres), the county, and what is doubtful.

    `sure` is False when a person has to look before it is taken.
    """

    lon: float
    lat: float
    moved: float
    county: str | None
    questions: tuple[Question, ...]
    sure: bool


def locate(text: str, datum: str, epsg: int | None, area: str | None, areas: Areas,
           before: tuple[float, float] | None = None) -> Located:  # fmt: skip
    """Read, convert and judge a pair; `area` is what the form says, `before` where the place was (degrees).

    Raises geo.errors.BadCoordinate (ZoneMissing when only a person can say the strip).
    """
    pair = read_pair(text)
    kind = Datum.CGCS2000 if pair.projected else Datum(datum)
    x, y = crs.to_wgs84([pair.x], [pair.y], kind, epsg if pair.projected else None)
    lon, lat = float(x[0]), float(y[0])
    moved = 0.0 if pair.projected else kilometres((pair.x, pair.y), (lon, lat)) * 1000
    county = areas.locate(lon, lat)
    wanted = area[:6] if area and len(area) >= 6 else None
    inside = wanted is None or county == wanted or (county or "").startswith(_city(wanted, areas))
    questions = [*_order(pair), *_elsewhere(pair, kind, wanted, county, areas, inside)]
    if before is not None and not pair.projected:
        questions += _signature(pair, kind, (lon, lat), before)
    return Located(lon, lat, moved, county, tuple(questions), inside and not questions)


def _city(wanted: str, areas: Areas) -> str:
    """The prefix that an office of a whole city covers; a county's own code otherwise."""
    return areas.get(wanted).prefix if wanted in areas else wanted


def _order(pair: Pair) -> list[Question]:
    if not pair.swapped:
        return []
    return [Question(N_("这两个数的先后和平常相反，已经调过来，请看看点对不对"))]


def _elsewhere(
    pair: Pair, kind: Datum, wanted: str | None, county: str | None, areas: Areas, inside: bool
) -> list[Question]:
    """Outside the county that the form names: where it is, and which datum would put it inside."""
    if inside or wanted is None:
        return []
    there = areas.get(county).name if county else N_("没有区县的地方")
    said = {"there": there, "wanted": areas.get(wanted).name if wanted in areas else wanted}
    found = [Question(N_("点落在%(there)s，不在%(wanted)s"), said)]
    for other in () if pair.projected else (Datum.GCJ02, Datum.BD09, Datum.WGS84):
        if other in (kind, Datum.CGCS2000) or (other == Datum.WGS84 and kind == Datum.CGCS2000):
            continue
        x, y = crs.to_wgs84([pair.x], [pair.y], other)
        if areas.locate(float(x[0]), float(y[0])) == wanted:
            metres = round(kilometres((pair.x, pair.y), (float(x[0]), float(y[0]))) * 1000)
            values = {"datum": LABELS[other], "metres": metres}
            words = N_("如果坐标来自%(datum)s，换算后差 %(metres)s 米，正好落在里面：是不是选错了来源？")
            found.append(Question(words, values, other, float(x[0]), float(y[0])))
    return found


def _signature(pair: Pair, kind: Datum, now: tuple[float, float], before: tuple[float, float]) -> list[Question]:
    """Off by the width of a datum from where the place was, and right on it in another datum."""
    off = kilometres(now, before) * 1000
    if not SIGNATURE_M[0] <= off <= SIGNATURE_M[1]:
        return []
    for other in (Datum.GCJ02, Datum.BD09, Datum.WGS84):
        x, y = crs.to_wgs84([pair.x], [pair.y], other)
        point = (float(x[0]), float(y[0]))
        if other != kind and kilometres(point, before) * 1000 < off / 3:
            words = N_("和原来的位置差 %(metres)s 米，正是%(datum)s坐标没有换算的样子：是不是选错了来源？")
            return [Question(words, {"metres": round(off), "datum": LABELS[other]}, other, *point)]
    return []


def doubts(lon: float, lat: float, datum: str) -> list[Question]:
    """Of a point called WGS 84 in China: where it would be if a phone map had given it. For the form to ask, always."""
    if datum not in (Datum.WGS84, Datum.CGCS2000):
        return []
    x, y, metres = crs.if_really(lon, lat, Datum.GCJ02)
    if metres < 1:
        return []
    words = N_("如果是从%(datum)s地图上抄的，真正的位置在 %(metres)s 米外，请对着地图看一眼")
    return [Question(words, {"datum": LABELS[Datum.GCJ02], "metres": round(metres)}, Datum.GCJ02, x, y)]
