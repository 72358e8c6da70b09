"""What can be passed on: a View, a place or an area, with its address and the addresses of everything made from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, url_for
from markupsafe import escape
from werkzeug.exceptions import NotFound

import layers
from layers import grammar
from layers.areas import Area
from layers.errors import BadValue, UnknownParameter
from layers.query import Query, spell
from layers.view import View
from layers.words import N_
from webapp import db, present
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.saved.reading import Options, Saved

Params = list[tuple[str, str]]
HEIGHTS, USUAL_HEIGHT = (240, 2000), Options().height
"""Pixels that a frame may be high; that it is when nobody says."""
SUBJECTS = {"industry": N_("产业分布"), "ask": N_("找人问"), "data": N_("数据说明"), "areas": N_("各地")}
"""Pages about something that is neither a View nor a place nor an area, with their titles."""


@dataclass(frozen=True)
class Shared:
    """`params` say it again in any address; `url` is its own page's, in full; `view` is what its map shows."""

    title: str
    sentence: str
    params: Params
    url: str
    view: View
    place: Any = None
    area: Area | None = None
    slug: str = ""
    channel: str = ""

    @property
    def link(self) -> str:
        """`url` with the channel by which it is passed on; never a canonical address."""
        return with_channel(self.url, self.channel)

    def at(self, path: str, *more: tuple[str, str]) -> str:
        """The address of something made from it, from our root on."""
        channel = [("ch", self.channel)] if self.channel else []
        lang = [("lang", "en")] if language() == "en" else []
        return f"{path}?{spell([*self.params, *more, *channel, *lang])}"

    def full(self, path: str, *more: tuple[str, str]) -> str:
        """The same with our host before it."""
        return base() + self.at(path, *more)

    def frame(self, height: int, *more: tuple[str, str]) -> str:
        """The code that puts it into another site's page: an iframe with a title and a link, nothing else."""
        source = escape(f"{base()}/embed/{self.slug}" if self.slug else self.full("/embed", *more))
        return (
            f'<iframe src="{source}" title="{escape(self.title)}" width="100%" height="{height}" loading="lazy" '
            f'style="border:1px solid #ccc" allowfullscreen></iframe>'
        )


def base() -> str:
    """The site's address without a slash at its end."""
    found: str = current_app.config["SETTINGS"].public_url.rstrip("/")
    return found


def of_view(view: View) -> Shared:
    """A View; page and limit belong to the reading of it and are left out."""
    listed = replace(view.listed, page=1, limit=grammar.PAGE_SIZE)
    whole = replace(view, queries=(listed, *view.queries[1:]))
    sentence = listed.sentence(db.areas(), _, language())
    return Shared(sentence, sentence, whole.params(), _in_full(whole.url("/")), whole)


def of_saved(saved: Saved) -> Shared:
    """A saved view under its own title; its frame is the one that can be corrected."""
    return replace(of_view(saved.view), title=saved.title, slug=saved.slug)


def short(slug: str) -> str:
    """The short link of a saved view, in full."""
    return f"{base()}/v/{slug}"


def with_channel(url: str, channel: str) -> str:
    """The address with the channel by which it is passed on."""
    return f"{url}{'&' if '?' in url else '?'}ch={channel}" if channel else url


def of_query(query: Query) -> Shared:
    """A directory as it stands: the View of that layer alone."""
    return of_view(View((query,)))


def of_page(of: str) -> Shared:
    """The place of `projects/12` or the area of `areas/511123`; BadValue for anything else."""
    kind, _slash, name = of.partition("/")
    if kind == "areas" and name in db.areas():
        return of_area(db.areas().get(name))
    if kind in [layer.key for layer in layers.LAYERS] and re.fullmatch(r"[0-9]{1,18}", name):
        from webapp.views.place import public_place

        return of_place(layers.get(kind), public_place(layers.get(kind), int(name)))
    if re.fullmatch(r"\w+/\w+", of, re.ASCII):
        raise NotFound
    raise BadValue("of", of, N_("写 图层/编号 或者 areas/代码，如 projects/12、areas/511123"))


def of_subject(name: str, given: Params, strict: bool = False) -> Shared:
    """The page of a subject: `industry` with the question about the listings that it counts, the others as they are.

    What can be framed or drawn of it is the map of the same places; BadValue for parameters that it has not.
    """
    shown = layers.get("services" if name == "ask" else "projects")
    query = Query.parse(shown, given if name == "industry" else [], db.areas(), strict)
    if strict and name != "industry" and given:
        raise UnknownParameter(given[0][0][:50], given[0][1][:50], N_("没有这个参数"))
    view = View((replace(query, page=1, limit=grammar.PAGE_SIZE),))
    about = query.sentence(db.areas(), _, language()) if name == "industry" else ""
    title = _(SUBJECTS[name])
    sentence = _("：").join(part for part in (title, about) if part)
    own = query.params() if name == "industry" else []
    return Shared(title, sentence, [("of", name), *own], _in_full(f"/{name}{'?' if own else ''}{spell(own)}"), view)


def of_place(layer: Any, place: Any) -> Shared:
    """A place's page."""
    from webapp.views.place import around

    money = present.money(layer, place)
    said = [
        present.where(place),
        f"{money.amount} {money.label}".strip() if money else "",
        present.offered_summary(place),
    ]
    url = _in_full(url_for("place.page", key=layer.key, id=place.id))
    params = [("of", f"{layer.key}/{place.id}")]
    sentence = _("，").join(part for part in said if part)
    return Shared(present.offered_name(place), sentence, params, url, around(layer, place), place)


def of_area(area: Area) -> Shared:
    """An area's page."""
    from webapp.views.area import shown

    url = _in_full(url_for("area.page", code=area.code))
    view = shown(area)
    sentence = view.listed.sentence(db.areas(), _, language())
    return Shared(area.label(language()), sentence, [("of", f"areas/{area.code}")], url, view, None, area)


def _in_full(path: str) -> str:
    if language() != "en":
        return base() + path
    return f"{base()}{path}{'&' if '?' in path else '?'}lang=en"
