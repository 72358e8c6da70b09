"""What every page has around its content: language, navigation, area, canonical address."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request, url_for

import layers
from layers.areas import Area
from layers.query import spell
from webapp import db, linked, mapping, panels, standing
from webapp.i18n import LANGUAGES, language, speech, translate


def init_app(app: Flask) -> None:
    """Give the templates their common context."""
    app.context_processor(context)
    app.jinja_env.globals.update(
        url_for=address,
        _=translate,
        linked_place=linked.place,
        linked_area=linked.area,
        map_lines=mapping.lines,
        draw=panels.draw,
    )


def address(endpoint: str, **values: Any) -> str:
    """`url_for`; what every page links to, pages of their own and the directories of layers, is made once."""
    key = values.get("key")
    if not request or values.keys() - {"key"} or not isinstance(key, str | None):
        return url_for(endpoint, **values)
    asked = request.args.get("lang")  # which links between staff's pages carry along
    return _address(request.script_root, asked if asked in LANGUAGES else None, endpoint, key)


@lru_cache(256)
def _address(_root: str, _lang: str | None, endpoint: str, key: str | None) -> str:
    return url_for(endpoint) if key is None else url_for(endpoint, key=key)


def context() -> dict[str, Any]:
    """See the module."""
    return {
        "_": speech(language()),
        "lang": language(),
        "other_lang_url": other_language(),
        "canonical_url": canonical(),
        "host_url": current_app.config["SETTINGS"].public_url.rstrip("/"),
        "nav": navigation(),
        "area_behind": area_behind(),
        "others": others(),
        "today": db.today(),
        "area": None,
        "settings": current_app.config["SETTINGS"],
        "approval": mapping.approval(),
        "stood_still": stood_still(),
    }


def stood_still() -> str:
    """The moment of the data while the database is gone, "" as long as it is there."""
    moment = standing.since()
    if moment is None:
        return ""
    day = f"{moment:%-d %b}" if language() == "en" else f"{moment.month}月{moment.day}日"
    return f"{day} {moment:%H:%M}"


def canonical() -> str:
    """The page's address without what others have added to it."""
    base: str = current_app.config["SETTINGS"].public_url.rstrip("/")
    return base + request.path


def other_language() -> str:
    """The same page in the other language."""
    other = "en" if language() == "zh" else "zh"
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in ("lang", "ch")]
    return f"{request.path}?{spell([*kept, ('lang', other)])}"


def navigation() -> list[tuple[str, str, str, bool]]:
    """(key, title, URL, current) of the directories of what is marked on maps; the area chosen goes along."""
    behind = area_behind()
    return [
        (y.key, translate(y.title), address("directory.page", key=y.key) + behind, request.path == f"/{y.key}")
        for y in layers.LAYERS
        if not y.style.ground
    ]


def area_behind() -> str:
    """The chosen area as a query string, "" without one."""
    return f"?{spell([('area', request.args['area'])])}" if request.args.get("area") else ""


def others() -> list[tuple[str, str]]:
    """(title, URL) of the directories that have no place in the navigation."""
    behind = area_behind()
    ground = [y for y in layers.LAYERS if y.style.ground]
    return [(translate(y.title), address("directory.page", key=y.key) + behind) for y in ground]


def chosen_area(codes: tuple[str, ...]) -> Area | None:
    """The one area that a page is about."""
    return db.areas().get(codes[0]) if len(codes) == 1 else None
