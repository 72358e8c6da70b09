"""What templates ask of a place: its URL, where it is, its money line, phone, freshness, locator."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, url_for
from markupsafe import Markup

from layers import quantity as quantities
from layers import saying
from layers.latin import latin
from layers.layer import Layer
from layers.words import N_
from webapp import db, locators
from webapp.i18n import language
from webapp.i18n import translate as _

HAN = re.compile("[\u3400-\u9fff]")


def init_app(app: Flask) -> None:
    """Offer these functions to every template."""
    offered = (
        place_url, where, money, freshness, precision_note, tel, locator, locator_shapes,
        letter, shown, quantity, hours, own_words, offered_name, offered_summary, area_label, host,
    )  # fmt: skip
    app.jinja_env.globals.update({function.__name__: function for function in offered})


def place_url(layer: Layer, place: Any) -> str:
    """The place's page."""
    kept: dict[str, str] = g.setdefault("place_urls", {})
    if layer.key not in kept:
        kept[layer.key] = url_for("place.page", key=layer.key, id=0).removesuffix("0")
    return f"{kept[layer.key]}{place.id}"


def offered_name(place: Any) -> str:
    """The name in the reader's language; in English its pinyin where there is no other."""
    if language() != "en":
        return str(place.name)
    return str(place.name_en or latin(place.name))


def offered_summary(place: Any) -> str:
    """The one line in the reader's language; "" when there is none."""
    summary = place.summary_en if language() == "en" and place.summary_en else place.summary
    return summary or ""


def area_label(code: str) -> str:
    """An area's name in the reader's language; the code itself when nobody knows it."""
    book = db.areas()
    return book.get(code).label(language()) if code in book else code


def where(place: Any) -> str:
    """County and township, with the functional zone where there is one."""
    names = [area_label(place.area[:6])]
    if len(place.area) > 6:
        names.append(area_label(place.area))
    if place.zone:
        names.append(area_label(place.zone))
    return " · ".join(names) if language() == "en" else "·".join(names)


def money(layer: Layer, place: Any) -> Any:
    """The line of figures (`amount`, `label`, `how`), None when the layer has none."""
    return layer.offer(place, _)


def freshness(place: Any) -> saying.Freshness:
    """State and words of how true the place still is."""
    return saying.freshness(place, db.today(), _)


def precision_note(place: Any) -> str:
    """What a reader must know about the position; "" when it is exact."""
    return saying.precision_note(place, _)


def tel(phone: str | None) -> dict[str, str] | None:
    """`href` and `text` of a number; None when there is none."""
    digits = re.sub(r"[^\d+]", "", phone or "")
    return {"href": f"tel:{digits}", "text": phone or ""} if digits else None


def letter(layer: Layer, place: Any) -> str:
    """The character in the place's mark."""
    return layer.letter(place)


def shown(layer: Layer, place: Any) -> list[tuple[str, str, str]]:
    """(column, label, text) of the layer's own filled fields."""
    return list(saying.shown(layer, place, _))


HOURS = (N_("工作日"), N_("周一到周五"), N_("周一到周六"), N_("每天"), N_("，"))
"""What duty hours are usually written with."""
SOURCES = (
    N_("示例，由本项目编写"), N_("示例，由本项目编写；电话是真实的公共热线"),
    N_("示例，由本项目编写；范围不是规划界线"),
    N_("公开车站数据集"), N_("示意，由车站位置连成"), N_("airportsdata（MIT）"), N_("维基百科坐标"),
    N_("国家统计局 2023 区划代码；位置是乡镇范围的中间点"), N_("GeoNames（CC BY 4.0）"),
    N_("示意：两站之间连直线，不是铁路真实走向"), N_("政务服务大厅内（示例）"),
)  # fmt: skip
"""Sources and remarks of the catalogue that come with the program."""


def hours(text: str) -> Markup:
    """Duty hours with their usual words in the reader's language."""
    for word in HOURS:
        text = text.replace(word, _(word))
    return own_words(text)


def own_words(text: Any) -> Markup:
    """A place's own text: translated when it came with the program, else marked as Chinese for readers of English."""
    said = _(str(text)) if text else ""
    if language() == "en" and HAN.search(said):
        return Markup('<span lang="zh-CN">{}</span>').format(said)
    return Markup.escape(said)


def quantity(numbers: list[Any], unit: str) -> str:
    """Numbers with their unit in the reader's language."""
    return quantities.quantity(numbers, unit, _)


def host(address: str) -> str:
    """The host of a source's address, to show instead of the whole of it."""
    return urlsplit(address).netloc


def locator(place: Any) -> dict[str, str] | None:
    """`city` and `here`: ids of the outlines that `locator_shapes` defines on the page."""
    county = db.areas().county(place.area)
    if county is None or not county.parent or not locators.of(county.parent):
        return None
    return {"city": f"loc-{county.parent}", "here": f"loc-{county.code}", "county": county.code}


def locator_shapes(places: Any) -> list[dict[str, Any]]:
    """The cities that a page's locators need: `id` and its counties as `id` and path `d`."""
    parents = [db.areas().county(place.area) for place in places]
    cities = sorted({county.parent for county in parents if county and county.parent})
    return [{"id": f"loc-{city}", "counties": locators.of(city)} for city in cities if locators.of(city)]
