"""Which area a text names: 四川省乐山市犍为县玉津镇 -> 511123..., 犍为 -> 511123; ambiguous names say so."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from geo.clean import simplified
from layers.areas import Area, Areas, Level

_PEOPLES = (
    r"(?:(?:维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|蒙古|朝鲜|达斡尔|鄂温克|鄂伦春|土家|布依|哈尼|傈僳|拉祜|纳西|景颇|布朗|普米|独龙"
    r"|仡佬|东乡|撒拉|保安|裕固|仫佬|毛南|赫哲)族?|(?:彝|藏|羌|回|苗|侗|壮|瑶|满|傣|白|佤|怒|黎|畲|水|土|京|各)族)*"
)
SHORTENED = {
    Level.PROVINCE: rf"{_PEOPLES}自治区$|省$|市$|特别行政区$",
    Level.CITY: rf"{_PEOPLES}自治州$|市$|地区$|盟$",
    Level.COUNTY: rf"{_PEOPLES}自治[县旗]$|县$|市$|区$|旗$",
    Level.TOWNSHIP: rf"{_PEOPLES}乡$|镇$|街道$|街道办事处$",
}
RUNGS = {Level.PROVINCE: 0, Level.CITY: 1, Level.COUNTY: 2, Level.TOWNSHIP: 3}
_OF_A_SMALLER = re.compile(r"[镇乡村]|街道|社区|路|大道")
LONGEST_NAME, LONGEST = 20, 200


@dataclass(frozen=True)
class Found:
    """Areas that a text can mean (codes; one when it is clear), and what of the text was left over."""

    codes: tuple[str, ...]
    rest: str = ""


class Gazetteer:
    """Names of areas, whole and shortened, ready to be found at the beginning of texts. Made once for each Areas."""

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._named: dict[str, list[Area]] = defaultdict(list)
        for area in areas:
            if area.level in RUNGS or area.level == Level.ZONE:
                for name in _names(area):
                    self._named[name].append(area)

    def find(self, text: str, within: Iterable[str] = ()) -> Found:
        """The lowest areas that the beginning of a text names, each rung under the one before.

        `within` are code prefixes that decide between areas of one name. No code when nothing is named.
        """
        plain = "".join(unicodedata.normalize("NFKC", text[:LONGEST]).split())
        found = self._found(plain, tuple(within))
        return found if found.codes or simplified(plain) == plain else self._found(simplified(plain), tuple(within))

    def _found(self, rest: str, within: tuple[str, ...]) -> Found:
        current: list[Area] = []
        while rest:
            step = self._step(rest, current)
            if step is None:
                break
            current, length = step
            rest = rest[length:].lstrip("-·/,、")
        codes = dict.fromkeys(code for area in current for code in self._now(area))
        return Found(_narrowed(tuple(codes), within), rest)

    def _step(self, rest: str, above: list[Area]) -> tuple[list[Area], int] | None:
        """Areas under `above` that the longest name at the beginning of `rest` means."""
        for length in range(min(len(rest), LONGEST_NAME), 1, -1):
            named = self._named.get(rest[:length], ())
            fitting = [a for a in named if not above or any(_under(a, upper) for upper in above)]
            if _OF_A_SMALLER.match(rest, length):  # 永兴镇 is no short name of 永兴县
                fitting = [a for a in fitting if a.name == rest[:length] or a.level == Level.TOWNSHIP]
            if fitting:
                top = min(RUNGS.get(Level(a.level), 2) for a in fitting)
                return [a for a in fitting if above or RUNGS.get(Level(a.level), 2) == top], length
        return None

    def _now(self, area: Area) -> tuple[str, ...]:
        try:
            return self._areas.resolve(area.code)
        except KeyError:
            return ()


def _names(area: Area) -> set[str]:
    name = "".join(area.name.split())
    pattern = SHORTENED.get(Level(area.level))
    short = re.sub(pattern, "", name) if pattern else name
    return {n for n in (name, short) if len(n) >= 2}


def _under(area: Area, upper: Area) -> bool:
    if area is upper or area.level == upper.level:
        return False
    return area.parent == upper.code or (area.code.startswith(upper.prefix) and len(area.code) >= len(upper.prefix))


def _narrowed(codes: tuple[str, ...], within: tuple[str, ...]) -> tuple[str, ...]:
    inside = tuple(code for code in codes if any(code.startswith(prefix) for prefix in within))
    return inside or codes
