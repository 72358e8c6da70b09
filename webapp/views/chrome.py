"""What every page has around its content: language, navigation, area, canonical address."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for

import layers
from layers.areas import Area
from layers.query import spell
from webapp import db, mapping
from webapp.i18n import language, translate


def init_app(app: Flask) -> None:
    """Give the templates their common context."""
    app.context_processor(context)
    app.jinja_env.globals["_"] = translate


def context() -> dict[str, Any]:
    """See the module."""
    return {
        "lang": language(),
        "other_lang_url": other_language(),
        "canonical_url": canonical(),
        "nav": navigation(),
        "today": db.today(),
        "area": None,
        "settings": current_app.config["SETTINGS"],
        "approval": mapping.approval(),
    }


def canonical() -> str:
    """The page's address without what others have added to it."""
    base: str = current_app.config["SETTINGS"].public_url.rstrip("/")
    return base + request.path


def other_language() -> str:
    """The same page in the other language."""
    other = "en" if language() == "zh" else "zh"
    kept = [(k, v) for k, v in request.args.items(multi=True) if k != "lang"]
    return f"{request.path}?{spell([*kept, ('lang', other)])}"


def navigation() -> list[tuple[str, str, str, bool]]:
    """(key, title, URL, current) of the map and every directory; the area chosen goes along."""
    area = [("area", request.args["area"])] if request.args.get("area") else []
    behind = f"?{spell(area)}" if area else ""
    return [
        (y.key, translate(y.title), url_for("directory.page", key=y.key) + behind, request.path == f"/{y.key}")
        for y in layers.LAYERS
    ]


def chosen_area(codes: tuple[str, ...]) -> Area | None:
    """The one area that a page is about."""
    return db.areas().get(codes[0]) if len(codes) == 1 else None
