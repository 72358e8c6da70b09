"""Whether values may enter a layer: what `Layer.check` does, for form, import and API alike."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ARRAY, Boolean, Date, Float, Integer, Numeric
from sqlalchemy.types import TypeEngine

from layers import contact, position, promises
from layers.areas import Areas, Level
from layers.base import Field, Need, fields
from layers.codes import Codes
from layers.layer import Layer
from layers.prices import Price, PriceType
from layers.words import N_, Labels, Translate

LONGEST = 2000
MOST_PHOTOS = 4
SHORT = {"name": 40, "summary": 40, "name_en": 80, "summary_en": 160}
YES, NO = {"1", "true", "yes", "是", "有", "√"}, {"0", "false", "no", "否", "无", "没有"}
MACHINE_SET = ("id", "pinyin")
WHERE = ("area", "zone", "precision", "radius_km")
"""Columns that a position is judged with; what is wrong elsewhere does not keep it from being judged."""
MISSING = N_("还没填“%(label)s”")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one column's value, in words that say what to do."""

    column: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, _: Translate) -> str:
        """The message in the reader's language."""
        return _(self.message, **self.values)


@dataclass
class Checked:
    """Clean values ready for the model (`geom` as EWKT), what refuses them, what only warns."""

    values: dict[str, Any]
    problems: list[Problem]
    warnings: list[Problem]

    @property
    def accepted(self) -> bool:
        """Whether the row may enter at the stage it was checked for."""
        return not self.problems


def check(layer: Layer, values: Mapping[str, Any], stage: Need, areas: Areas) -> Checked:
    """See `Layer.check`."""
    checked = Checked({}, [], [])
    declared = fields(layer.model)
    for name, raw in values.items():
        if name in declared and name not in MACHINE_SET:
            _take(checked, layer, name, declared[name], _with_code(name, raw, values))
        elif name not in (*position.KEYS, *MACHINE_SET):
            checked.problems.append(Problem(name, N_("没有这一栏")))
    _take_area(checked, areas)
    if not {problem.column for problem in checked.problems} & set(WHERE):
        position.take(checked.values, values, areas, checked.problems, checked.warnings, Problem)
    _complete(checked, declared, stage)
    if "name" in checked.values:
        checked.values["pinyin"] = pinyin(checked.values["name"], checked.values.get("trade"))
    return checked


def _take(checked: Checked, layer: Layer, name: str, declared: Field, raw: Any) -> None:
    text = raw if not isinstance(raw, str) else tidy(raw)
    if text is None or text in ("", []):
        checked.values[name] = None
        return
    kind = layer.model.__table__.c[name].type
    try:
        checked.values[name] = _clean(name, text, declared, kind)
    except (ValueError, InvalidOperation) as error:
        message = str(error) if isinstance(error, Unfit) else N_("看不懂这个值")
        known = error.values if isinstance(error, Unfit) else {}
        checked.problems.append(Problem(name, message, known))


PHONES = ("phone", "backup_phone")


def _with_code(name: str, raw: Any, values: Mapping[str, Any]) -> Any:
    """A number in the form in which anybody can dial it, where it is one; all else as it is."""
    if name not in PHONES or raw in (None, ""):
        return raw
    return contact.tidy_phone(raw, str(values.get("area") or "")) or raw


def _phone(raw: Any) -> str:
    number = contact.tidy_phone(raw)
    if number is None:
        raise Unfit(N_("电话写成 区号-号码，如 0833-2123456"))
    return number


class Unfit(ValueError):
    """A value that cannot be taken, with words for the person who gave it."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.values = values


def _clean(name: str, raw: Any, declared: Field, kind: TypeEngine[Any]) -> Any:
    if name in CLEANERS:
        return CLEANERS[name](raw)
    if isinstance(declared.filter, Codes):
        return _code(str(raw), declared.filter)
    if declared.vocabulary is not None:
        keys = _keys(raw, declared.vocabulary)
        return keys if isinstance(kind, ARRAY) else _single(keys)
    if isinstance(kind, PriceType):
        return _price(raw)
    if isinstance(kind, Boolean):
        return _yes_or_no(raw)
    if isinstance(kind, Numeric | Float | Integer):
        return _number(raw, declared.unit, kind)
    if isinstance(kind, Date):
        return _date(raw)
    return _text(str(raw), SHORT.get(name, LONGEST))


def tidy(raw: str) -> str:
    """White space trimmed, control characters and byte-order marks dropped; line ends kept."""
    kept = (c for c in raw if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return "".join(kept).strip()


def _text(raw: str, longest: int) -> str:
    promised = promises.found(raw)
    if promised:
        raise Unfit(N_("“%(words)s”不能写。%(article)s"), words=promised[0], article=promised[1])
    if len(raw) > longest:
        raise Unfit(N_("最多 %(n)s 个字，现在 %(now)s 个"), n=longest, now=len(raw))
    return raw


def _keys(raw: Any, vocabulary: Labels) -> list[str]:
    parts = raw if isinstance(raw, list | tuple) else re.split(r"[、,，;；\s]+", str(raw))
    by_label = {label: key for key, label in vocabulary.items()}
    keys = [by_label.get(part, part) for part in parts if part]
    for key in keys:
        if key not in vocabulary:
            raise Unfit(N_("“%(value)s”不在可选项里：%(allowed)s"), value=key, allowed="、".join(by_label))
    return [key for key in vocabulary if key in keys]


def _single(keys: list[str]) -> str:
    if len(keys) != 1:
        raise Unfit(N_("只能选一个"))
    return keys[0]


def _code(raw: str, codes: Codes) -> str:
    if raw in codes.names:
        return raw
    found = [c for c, name in codes.names.items() if c[1:] == raw or name == raw]
    if not found:
        raise Unfit(N_("“%(value)s”不是 GB/T 4754 的代码或名称"), value=raw)
    return found[0]


def _yes_or_no(raw: Any) -> bool:
    text = str(raw).strip().lower()
    if text in YES or text in NO:
        return text in YES
    raise Unfit(N_("写“是”或“否”"))


def _number(raw: Any, unit: str, kind: TypeEngine[Any]) -> Any:
    text = unicodedata.normalize("NFKC", str(raw)).replace(",", "").strip()
    text = text.removesuffix(unicodedata.normalize("NFKC", unit)).strip()
    number = Decimal(text) if re.fullmatch(r"\d{1,12}(\.\d+)?", text) else None
    if number is None or number >= 100_000_000:
        raise Unfit(N_("写一个数字，不带别的字，单位是%(unit)s"), unit=unit or N_("个"))
    if isinstance(kind, Integer):
        if number != int(number):
            raise Unfit(N_("写整数"))
        return int(number)
    return float(number) if isinstance(kind, Float) else number


def _date(raw: Any) -> dt.date:
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", str(raw).strip())
    if not match:
        raise Unfit(N_("日期写成 2026-06-01"))
    return dt.date(*(int(part) for part in match.groups()))


def _price(raw: Any) -> Price:
    if isinstance(raw, Price):
        return raw
    try:
        return Price.parse(str(raw))
    except ValueError:
        raise Unfit(N_("价格写成“6-9 元/㎡·月 @2026-05 来源”")) from None


def _web_address(raw: Any) -> str:
    text = str(raw)
    if not re.fullmatch(r"https?://[^\s<>\"']{3,500}", text):
        raise Unfit(N_("网址以 http:// 或 https:// 开头"))
    return text


def _project_code(raw: Any) -> str:
    text = str(raw)
    if not re.fullmatch(r"\d{4}-?\d{6}-?\d{2}-?\d{2}-?\d{5,6}\d?", text) or len(re.sub("-", "", text)) > 24:
        raise Unfit(N_("项目代码是 24 位数字"))
    return text


def _photos(raw: Any) -> list[str]:
    """Digests of stored pictures (SHA-256 in hexadecimal), in the order they are shown."""
    several = raw if isinstance(raw, list | tuple) else re.split(r"[、,，\s]+", str(raw).strip("[] "))
    keys = list(dict.fromkeys(str(key).strip("\"' ") for key in several))
    if not all(re.fullmatch(r"[0-9a-f]{64}", key) for key in keys):
        raise Unfit(N_("图片要在编辑页上传"))
    if len(keys) > MOST_PHOTOS:
        raise Unfit(N_("图片最多 %(n)s 张"), n=MOST_PHOTOS)
    return keys


CLEANERS: dict[str, Callable[[Any], Any]] = {
    "photos": _photos,
    "phone": _phone,
    "backup_phone": _phone,
    "source_url": _web_address,
    "project_code": _project_code,
}


def _take_area(checked: Checked, areas: Areas) -> None:
    """Obsolete codes become their successor; zones belong in a column of their own."""
    for column in ("area", "zone"):
        code = checked.values.get(column)
        if code is None:
            continue
        try:
            (found,) = areas.resolve(code)
            is_zone = areas.get(found).level == Level.ZONE
            if is_zone != (column == "zone"):
                raise KeyError(code)
            checked.values[column] = found
        except (KeyError, ValueError):
            message = N_("没有代码 %(code)s 的功能区") if column == "zone" else N_("没有代码 %(code)s 的区县或乡镇")
            checked.problems.append(Problem(column, message, {"code": code}))


def _complete(checked: Checked, declared: Mapping[str, Field], stage: Need) -> None:
    refused = {problem.column for problem in checked.problems}
    for name, declared_field in declared.items():
        if declared_field.need == Need.NEVER or checked.values.get(name) is not None or name in refused:
            continue
        missing = Problem(name, MISSING, {"label": declared_field.label})
        needed = declared_field.need == Need.DRAFT or stage == Need.PUBLISH
        (checked.problems if needed else checked.warnings).append(missing)


def pinyin(*texts: str | None) -> str:
    """Syllables run together, then initials, of each text: what a Latin keyboard finds it by."""
    spelled = []
    for text in filter(None, texts):
        spelled.append("".join(lazy_pinyin(text)))
        spelled.append("".join(lazy_pinyin(text, style=Style.FIRST_LETTER)))
    return " ".join(spelled).lower()
