"""Which column of a file is which field: headings matched to a layer, their units and datums read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from geo.clean import MONEY, SQUARE, simplified
from geo.crs import Datum
from layers.base import fields
from layers.layer import Layer
from layers.sheet import POSITION, heading
from layers.words import N_, Labels, Translate, listed, untranslated

NEVER = ("pinyin", "status", "source")
"""Columns that the machine or the office's own acts set, never a file."""
PROVINCE, CITY, COUNTY, TOWNSHIP, PAIR, X, Y = "_province", "_city", "_county", "_township", "_pair", "_x", "_y"
PLACES = (PROVINCE, CITY, COUNTY, TOWNSHIP)
BESIDE: Labels = {
    PROVINCE: N_("省（只用来认区县）"), CITY: N_("市州（只用来认区县）"),
    COUNTY: N_("区县名称"), TOWNSHIP: N_("乡镇名称"),
    PAIR: N_("经纬度写在一格里"), X: N_("X 坐标"), Y: N_("Y 坐标"),
}  # fmt: skip
"""What a column can be that is no field itself but tells where a place is."""
_WORDS: Mapping[str, tuple[str, ...]] = {
    PROVINCE: listed("省 省份 所在省 省市区"),
    CITY: listed("市 市州 地市 地级市 所在市 城市 州市 市级"),
    COUNTY: listed(
        "区县 县 县区 县市区 县(市、区) 区县名称 区(县) 县(区) 所在县 所在区县 所属区县 县级 所属县区 县名 区县名"
    ),
    TOWNSHIP: listed("乡镇 镇 乡 镇街 乡镇街道 乡镇(街道) 街道 所在乡镇 所属乡镇 乡镇名称 镇乡 镇(街)"),
    PAIR: listed("坐标 经纬度 位置坐标 坐标位置 中心坐标 经纬度坐标 地理坐标 gps坐标"),
    X: listed("x x坐标 横坐标x 纵坐标x 北坐标 纵坐标"),
    Y: listed("y y坐标 纵坐标y 横坐标y 东坐标 横坐标"),
    "lon": listed("经度 lng lon longitude 东经 long 中心经度"),
    "lat": listed("纬度 lat latitude 北纬 中心纬度"),
    "shape": listed("形状 wkt geometry 范围"),
}
SERIAL = listed("序号 no no. 行号 fid objectid 顺序 编排")
_ENDINGS = listed("名称 电话 地址 地点 经度 纬度 面积 总投资 投资额 代码")
"""Words that mean the same at the end of a longer heading."""
_DATUMS = (
    (r"gcj-?0?2|高德|腾讯|火星", Datum.GCJ02), (r"bd-?0?9|百度", Datum.BD09), (r"wgs-?84|gps", Datum.WGS84),
    (r"cgcs2000|国家2000|2000坐标系?|天地图|大地坐标系?", Datum.CGCS2000),
)  # fmt: skip
LONGEST = 80
EXACT, LIKELY, POSSIBLE = 1.0, 0.9, 0.6
_UNITS = sorted({*MONEY, *SQUARE, "人", "家", "个", "年", "个月", "月", "米", "km", "公里"}, key=len, reverse=True)
NO_HEADING, SERIAL_NUMBER, TAKEN, NOT_KNOWN = (
    N_("没有表头"), N_("序号，不用导入"), N_("和“%(heading)s”是同一栏"), N_("没有对应的栏"),
)  # fmt: skip


@dataclass(frozen=True)
class Match:
    """What one column of a file is taken for.

    `target` is a field's name, `lon` `lat` `shape`, a key of BESIDE, `id`, or None with the `reason` why not.
    `unit` and `datum` are what the heading says; `confidence` runs from 0 to 1 (below 0.9 ask a person).
    """

    column: int
    heading: str
    target: str | None = None
    unit: str = ""
    datum: Datum | None = None
    confidence: float = 0.0
    reason: str = ""

    @property
    def letter(self) -> str:
        """The column's letter as a spreadsheet program shows it."""
        letters, number = "", self.column + 1
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return letters


def matches(layer: Layer, headings: Sequence[str], languages: Iterable[Translate] = ()) -> list[Match]:
    """One Match for every column, in order; each target once, the surest column having it.

    `languages` are further languages in which our own exports may name their columns.
    """
    known = _known(layer) | {
        normal(say(label)): name
        for say in languages
        for name, field in fields(layer.model).items()
        for label in (field.label, heading(field, say))
    }
    known |= {normal(say(label)): name for say in languages for name, label in POSITION.items()}
    found = [_match(column, text, known) for column, text in enumerate(headings)]
    best: dict[str, Match] = {}
    for match in sorted(found, key=lambda m: (-m.confidence, m.column)):
        if match.target is not None:
            best.setdefault(match.target, match)
    return [_once(match, best) for match in found]


def knows(layer: Layer) -> Callable[[str], bool]:
    """Whether a text is a heading of the layer, for finding the row of headings."""
    known = _known(layer)
    return lambda text: _match(0, text, known).confidence >= LIKELY


def chosen(found: Sequence[Match], targets: Mapping[int, str | None]) -> list[Match]:
    """The matches with what a person decided: column -> target, None for a column to leave out."""
    taken = {target for target in targets.values() if target is not None}
    made = []
    for match in found:
        if match.column in targets:
            made.append(replace(match, target=targets[match.column], confidence=EXACT, reason=""))
        elif match.target in taken:
            made.append(replace(match, target=None, confidence=0.0, reason=NOT_KNOWN))
        else:
            made.append(match)
    return made


def normal(text: str) -> str:
    """A heading without what does not matter: spaces, case, full-width forms, asterisks, numbering."""
    plain = "".join(unicodedata.normalize("NFKC", text).lower().split()).replace("*", "")
    plain = re.sub(r"^\d{1,2}[.、)]", "", plain)
    return re.sub(r"[(\[](?:必填|选填|可多选|多选|单选|可不填|必须填写|请选择)[)\]]", "", plain)


@lru_cache(maxsize=32)
def _known(layer: Layer) -> dict[str, str]:
    """Normalised heading -> target; a layer's own labels before its other words, its columns before shared ones."""
    declared = {name: field for name, field in fields(layer.model).items() if name not in NEVER}
    own = [name for name in declared if name not in _shared()]
    known = {normal(name): name for name in (*declared, *POSITION)}
    known["name"] = "name"
    for name in (*own, *(n for n in declared if n in _shared())):
        field = declared[name]
        for text in (field.label, heading(field, untranslated)):
            known.setdefault(normal(text), name)
    for name, label in POSITION.items():
        known.setdefault(normal(label), name)
    for name in (*own, *(n for n in declared if n in _shared())):
        for text in declared[name].headings:
            known.setdefault(normal(text), name)
    for name, texts in _WORDS.items():
        for text in texts:
            known.setdefault(normal(text), name)
    return known


def _shared() -> set[str]:
    from layers.base import Place

    return {name for name in dir(Place) if not name.startswith("_")}


def _match(column: int, text: str, known: Mapping[str, str]) -> Match:
    plain = normal(text[:LONGEST])
    if not plain:
        return Match(column, text, reason=NO_HEADING)
    if plain in known:
        unit, _ = _unit_of(plain)
        return Match(column, text, known[plain], unit, None, EXACT)
    if plain == "description":
        return Match(
            column, text, next((n for n in ("content", "note", "summary") if n in known), None), "", None, LIKELY
        )
    if plain in SERIAL:
        return Match(column, text, reason=SERIAL_NUMBER)
    datum, plain = _datum_of(plain)
    groups, _ = _unit_of(plain)
    for candidate in dict.fromkeys((plain, plain.rsplit("/", 1)[-1], plain.replace("/", ""))):
        unit, bare = _unit_of(candidate)
        for sure, word in ((EXACT, candidate), (EXACT, bare), (LIKELY, re.sub(r"[(\[].*?[)\]]", "", bare))):
            if word in known:
                return Match(column, text, known[word], unit or groups, datum, sure)
    unit, bare = _unit_of(plain.rsplit("/", 1)[-1])
    unit = unit or groups
    if simplified(plain) != plain:
        return replace(_match(column, simplified(text[:LONGEST]), known), heading=text)
    near = _near(re.sub(r"[(\[].*?[)\]]", "", bare), known)
    if near is not None:
        return Match(column, text, near, unit, datum, POSSIBLE)
    return Match(column, text, unit=unit, datum=datum, reason=NOT_KNOWN)


def _unit_of(plain: str) -> tuple[str, str]:
    """The unit in a heading and the heading without it: 总投资(万元), 总投资/万元, 总投资万元."""
    for bracket in re.finditer(r"[(\[](?:单位:?)?([^()\[\]]+)[)\]]", plain):
        if bracket[1] in _UNITS:
            return bracket[1], plain.replace(bracket[0], "")
    for unit in _UNITS:
        if len(unit) > 1 and plain.endswith(unit) and len(plain) > len(unit) + 1:
            return unit, plain.removesuffix(unit).rstrip("/:_-,")
    return "", plain


def _datum_of(plain: str) -> tuple[Datum | None, str]:
    for pattern, datum in _DATUMS:
        if re.search(pattern, plain):
            return datum, re.sub(r"[(\[][)\]]", "", re.sub(pattern, "", plain)).strip("-_:/,") or plain
    return None, plain


def _near(word: str, known: Mapping[str, str]) -> str | None:
    """A heading that goes on where a known one ends, was cut off, or ends in a word that says enough."""
    longer = [k for k in known if len(k) >= 3 and word.startswith(k)]
    if longer:
        return known[max(longer, key=len)]
    cut = [k for k in known if len(word) >= 3 and k.startswith(word)]
    if cut:
        return known[min(cut, key=len)]
    ending = next((e for e in _ENDINGS if word.endswith(e) and e in known), None)
    return known[ending] if ending else None


def _once(match: Match, best: Mapping[str, Match]) -> Match:
    first = best.get(match.target or "")
    if first is None or first is match:
        return match
    return replace(match, target=None, confidence=0.0, reason=TAKEN % {"heading": first.heading})
