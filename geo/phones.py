"""Telephone numbers in a cell: several at once, local ones without area code, names beside them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from geo.errors import BadCell
from geo.words import N_

LONGEST = 300
"""Characters of a cell that are looked through for numbers."""
NO_CODE = N_("号码 %(number)s 前面要写区号，如 0833-%(number)s")
NO_NUMBER = N_("“%(text)s”里没有电话号码")
SPOILT = N_("“%(text)s”被表格软件改成了科学计数法，号码不全了；请把这一列设成文本再填")
_NUMBER = re.compile(
    r"""(?<!\d)(?:
      (?:\+?86[-\s]?)?(?P<mobile>1[3-9]\d[-\s]?\d{4}[-\s]?\d{4})
    | (?P<free>[48]00[-\s]?\d{3,4}[-\s]?\d{3,4})
    | \(?(?P<code>0\d{2,3})\)?[-\s]*(?P<line>1\d{4}|\d{3,4}[-\s]?\d{4})
    | (?P<bare>[1-9]\d{9})
    | (?P<local>[2-8]\d{2,3}[-\s]?\d{4})
    | (?P<short>1\d{4})
    )(?!\d)""",
    re.X,
)
_AROUND = re.compile(
    r"联系电话|联系方式|电话号码|电话|手机号码|手机|座机|办公室|固话|tel|phone|[\s:,，;；、/|()\-+。.]", re.I
)
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,6}")


@dataclass(frozen=True, slots=True)
class Phones:
    """Numbers as `Layer.check` takes them, in order; what may be a person's name; what else the cell held."""

    numbers: tuple[str, ...]
    name: str = ""
    rest: str = ""


def phones(cell: Any, area_code: str | None = None) -> Phones:
    """Every number in a cell. Local ones get `area_code` (as "0833"); BadCell where that is needed and not known.

    A number that a spreadsheet robbed of its leading 0 (8332130064) is known again by the area code.
    """
    text = unicodedata.normalize("NFKC", str(cell)[:LONGEST])
    text = re.sub(r"[—–−―]", "-", text)
    numbers = []
    for found in _NUMBER.finditer(text):
        number = _number(found, area_code)
        if number and number not in numbers:
            numbers.append(number)
    rest = _AROUND.sub(" ", _NUMBER.sub(" ", text)).strip()
    if not numbers and re.fullmatch(r"\d(?:\.\d+)?e\+?\d+", text.strip(), re.I):
        raise BadCell(SPOILT, text=text.strip())
    if not numbers:
        raise BadCell(NO_NUMBER, text=text.strip()[:40])
    name = rest if _NAME.fullmatch(rest) else ""
    return Phones(tuple(numbers), name, "" if name else rest)


def _number(found: re.Match[str], area_code: str | None) -> str:
    if found["mobile"] or found["free"] or found["short"]:
        return re.sub(r"\D", "", found["mobile"] or found["free"] or found["short"])
    if found["code"]:
        line = re.sub(r"\D", "", found["line"])
        return f"{found['code']}-{line}"
    if found["bare"]:
        code = (area_code or "")[1:]
        if code and found["bare"].startswith(code):
            return f"0{code}-{found['bare'][len(code) :]}"
        raise BadCell(NO_NUMBER, text=found["bare"])
    local = re.sub(r"\D", "", found["local"])
    if not area_code or (len(area_code) == 3 and len(local) != 8):
        raise BadCell(NO_CODE, number=local)
    return f"{area_code}-{local}"
