"""The question of the current request: Query or View from its URL, and the layer from its path."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from flask import request
from werkzeug.exceptions import NotFound

import layers
from layers import grammar
from layers.errors import BadValue, UnknownParameter
from layers.layer import Layer
from layers.query import Query
from layers.view import View
from layers.words import N_
from webapp import db, sharing, standing
from webapp.counting import channels
from webapp.i18n import LANGUAGES
from webapp.posters import gather
from webapp.saved import reading

NOT_OURS = ("lang",)
POSTERS = ("size", "kind")
"""Parameters of a poster beside those of what it shows."""
VIEWS = ("", "map", "embed", "share", "poster", "kit")
"""Pages that show a View."""


def pairs(apart: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The URL's parameters but for the language and what else belongs to the surface and not to the question."""
    lang = request.args.get("lang")
    if lang is not None and lang not in LANGUAGES:
        raise BadValue("lang", lang, N_("可选：zh en"))
    return [(k, v) for k, v in request.args.items(multi=True) if k not in (*NOT_OURS, *apart)]


def only(*names: str) -> None:
    """Refuse every parameter but these and `lang`."""
    for name in grammar.joined(pairs()):
        if name not in names:
            raise UnknownParameter(name[:50], request.args.get(name, "")[:50], N_("没有这个参数"))


def query(key: str, strict: bool, apart: tuple[str, ...] = ()) -> tuple[Layer, Query]:
    """The layer of a key and the request's question about it; `strict` refuses unknown parameters.

    Those named `apart` belong to the surface.
    """
    layer = layers.get(key)
    given = [(name, value) for name, value in pairs() if name not in apart]
    return layer, Query.parse(layer, given, db.areas(), strict)


def view(strict: bool = False, apart: tuple[str, ...] = ()) -> View:
    """The View of the request, parameters `apart` left out; a bare address gets the operator's default area."""
    return _view(pairs(apart), strict)


def _view(given: list[tuple[str, str]], strict: bool = False) -> View:
    found = View.parse(layers.LAYERS, given, db.areas(), strict)
    if not any(found.knows(name) for name, _value in given):
        default = default_area()
        found = View.parse(layers.LAYERS, [*given, ("area", default)] if default else given, db.areas())
    return found


def shared(strict: bool = False, apart: tuple[str, ...] = ()) -> sharing.Shared:
    """What the request shares: the place, area or subject of `of=`, else its View."""
    apart = (*apart, "of", "ch")
    of, by = ",".join(request.args.getlist("of")), channel(strict)
    if not of:
        return replace(sharing.of_view(view(strict, apart)), channel=by)
    if of in sharing.SUBJECTS:
        return replace(sharing.of_subject(of, pairs(apart), strict), channel=by)
    for name, value in pairs(apart) if strict else ():
        raise UnknownParameter(name, value, N_("没有这个参数"))
    return replace(sharing.of_page(of), channel=by)


def poster(strict: bool = False, *apart: str) -> gather.Asked:
    """The poster that the request asks for; parameters `apart` belong to its surface."""
    return gather.asked(shared(strict, (*POSTERS, *apart)), own("size") or "a4", own("kind"))


def channel(strict: bool = False) -> str:
    """The code of the channel in the address, "" for none; one that nobody keeps is passed over, or refused."""
    code = own("ch").strip()
    if not code or standing.unless_gone(lambda: channels.exists(db.connection(), code), lambda: channels.may_be(code)):
        return code
    if strict:
        raise BadValue("ch", code[:50], N_("没有这个渠道"))
    return ""


def own(name: str) -> str:
    """A parameter of the surface itself; given twice it is no value that there is."""
    return ",".join(request.args.getlist(name))


def address(url: str) -> tuple[sharing.Shared, dict[str, str]]:
    """What one of our own addresses shows, and its parameters; NotFound for any other address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise NotFound from None
    ours = urlsplit(sharing.base())
    if parts.scheme not in ("http", "https") or parts.netloc != ours.netloc or not parts.path.startswith(ours.path):
        raise NotFound
    given = parse_qsl(parts.query)
    path = parts.path.removeprefix(ours.path).strip("/")
    if saved := re.fullmatch(r"(?:embed|v)/([a-z0-9-]{3,40})", path):
        return sharing.of_saved(reading.shown(saved[1])), dict(given)
    subject = dict(given).get("of", path)
    if subject in sharing.SUBJECTS:
        return sharing.of_subject(subject, [(k, v) for k, v in given if k not in (*NOT_OURS, "of", "ch")]), dict(given)
    if "of" in dict(given):
        return sharing.of_page(dict(given)["of"]), dict(given)
    if path in VIEWS:
        return sharing.of_view(_view([(k, v) for k, v in given if k not in NOT_OURS])), dict(given)
    if path in [layer.key for layer in layers.LAYERS]:
        return sharing.of_query(Query.parse(layers.get(path), given, db.areas())), dict(given)
    if "/" not in path:
        raise NotFound
    return sharing.of_page(path), dict(given)


def default_area() -> str:
    """The operator's area, "" when none is set or nobody knows its code."""
    from flask import current_app

    code = current_app.config["SETTINGS"].default_area or ""
    return code if code in db.areas() else ""
