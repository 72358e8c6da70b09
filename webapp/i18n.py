"""Languages: which one a request wants, and translation of words that were marked where they are declared."""

from __future__ import annotations

from flask import Flask, g, request
from flask_babel import Babel, gettext

from layers import industries

LANGUAGES = ("zh", "en")
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
babel = Babel()


def init_app(app: Flask) -> None:
    """Choose the locale from `lang`, else from what the browser prefers, else Chinese."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LOCALES["zh"])
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    babel.init_app(app, locale_selector=lambda: LOCALES[language()])


def language() -> str:
    """`zh` or `en`."""
    if "language" not in g:
        asked = request.args.get("lang") if request else None
        best = request.accept_languages.best_match(LANGUAGES, default="zh") if request else "zh"
        g.language = asked if asked in LANGUAGES else best
    found: str = g.language
    return found


def translate(text: str, /, **values: object) -> str:
    """The text in the reader's language; industry names come from their own table."""
    if language() == "en" and not values:
        found = industries.english().get(text)
        if found:
            return found
    said: str = gettext(text, **values)
    return said


def in_language(url: str) -> str:
    """The URL with the reader's language, unless it is the first one."""
    if language() == "zh":
        return url
    return url + ("&" if "?" in url else "?") + "lang=en"
