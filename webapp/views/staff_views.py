"""`/staff/views`: saved views: name one, correct it for every page that frames it, its history, its code and links."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from layers.view import View
from webapp import area_choice, db, desk, session, sharing, typed
from webapp.counting import channels
from webapp.desk import Desk
from webapp.errors import UNFIT
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.saved import bound, forms, keeping, listing, reading
from webapp.saved.forms import Form
from webapp.saved.keeping import SlugTaken, Stale

blueprint = Blueprint("staff_views", __name__)
blueprint.before_request(session.staff)
Page = str | tuple[str, int] | Answer
TAKEN = 409


@blueprint.get("/staff/views")
def index() -> str:
    """The saved views of the account's areas."""
    here = desk.reading()
    found = [(row, reading.read(row, here.areas)) for row in listing.mine(here)]
    return render_template("staff/views.html", found=found, sentence=_sentence, short=sharing.short, day_of=db.day_of)


def _sentence(view: View) -> str:
    return view.sentence(db.areas(), _, language())


@blueprint.get("/staff/views/new")
def new() -> str:
    """The form; `url` is the address of the map that is to be kept."""
    here = desk.reading()
    listing.mine(here)  # Forbidden for whoever makes no views
    return _form(here, forms.empty(here, request.args.get("url", "")[:4000].strip()))


@blueprint.post("/staff/views/new")
def make() -> Page:
    """Keep it, or say what is wrong."""
    here = desk.reading()
    listing.mine(here)
    form = forms.sent(here, new=True)
    if form.wanted is None:
        return _form(here, form), form.status
    slug = form.text["slug"] or keeping.proposed(form.wanted.title)
    try:
        with desk.writing() as writing:
            slug = keeping.make(writing, slug, form.wanted, exact=bool(form.text["slug"]))
    except SlugTaken:
        form.problems["slug"] = _("这个名字已经有了，换一个")
        return _form(here, form), UNFIT
    flash(_("存好了。下面的代码和链接可以发给别人用了。"))
    return redirect(url_for("staff_views.one", slug=slug), 303)


def _form(here: Desk, form: Form, row: Any = None) -> str:
    mine = area_choice.groups(channels.offices(here), here.areas)
    names = bound.lockable(form.view) if form.view else []
    said = dict(_said(form.view)) if form.view else {}
    context: dict[str, Any] = {"form": form, "areas": mine, "lockable": [(n, said.get(n, n)) for n in names]}
    context["sentence_of"] = _sentence
    return render_template("staff/view.html", **context, row=row, **(_around(here, row) if row else {}))


def _said(view: View) -> Any:
    """(parameter of the View, words) of everything that narrows."""
    for query in view.queries:
        for name, words in query.parts(db.areas(), _, language()):
            own = name in query.layer.filters
            yield (f"{query.layer.key}.{name}" if own else name), (f"{_(query.layer.title)}：{words}" if own else words)


def _around(here: Desk, row: Any) -> dict[str, Any]:
    """What stands beside the form of a view: its history, code, links by channel."""
    saved = reading.read(row, here.areas)
    shared = sharing.of_saved(saved)
    by = [(c, sharing.with_channel(sharing.short(row.slug), c.code), _by(shared, c.code)) for c in channels.mine(here)]
    line = f'<script src="{sharing.base()}/embed.js" data-slug="{row.slug}" async></script>'
    return {
        "saved": saved, "history": listing.history(here.connection, row.id), "actions": keeping.ACTIONS, "by": by,
        "short": sharing.short(row.slug), "frame": shared.frame(saved.options.height), "line": line,
        "shared": shared,
    }  # fmt: skip


def _by(shared: sharing.Shared, code: str) -> list[tuple[str, str]]:
    """(words, URL) of what carries a channel: code, posters, article."""
    way = [("ch", code)]
    return [
        (_("二维码"), shared.at("/qr.svg", *way)),
        (_("海报"), shared.at("/poster", *way)),
        (_("公众号素材"), shared.at("/kit", *way)),
    ]


ONE = "/staff/views/<slug:slug>"


@blueprint.get(ONE)
def one(slug: str) -> str:
    """One of them: form, code, links, history."""
    here = desk.reading()
    row = listing.get(here, slug)
    return _form(here, forms.of(reading.read(row, here.areas), sharing.base()), row)


@blueprint.post(ONE)
def save(slug: str) -> Page:
    """Correct it everywhere, or say what is wrong; whoever comes second is told and loses nothing."""
    here = desk.reading()
    row, form = listing.get(here, slug), forms.sent(here, new=False)
    if form.wanted is None:
        return _form(here, form, row), form.status
    try:
        with desk.writing() as writing:
            keeping.save(writing, slug, _number("version"), form.wanted)
    except Stale:
        form.text["version"] = str(row.version)
        form.problems[""] = _("您打开以后，有人改过这张图（看下面的经过）。您填的还在：再存一次就用您的。")
        return _form(here, form, row), TAKEN
    flash(_("改好了。所有嵌着它的网页都跟着改了。"))
    return redirect(url_for("staff_views.one", slug=slug), 303)


@blueprint.post(ONE + "/restore")
def restore(slug: str) -> Answer:
    """Bring back an older version."""
    with desk.writing() as here:
        keeping.restore(here, slug, _number("n"))
    flash(_("已取回旧版。"))
    return redirect(url_for("staff_views.one", slug=slug), 303)


def _number(name: str) -> int:
    raw = typed.line(name, 9)
    return int(raw) if raw.isascii() and raw.isdigit() else 0


@blueprint.post(ONE + "/switch")
def switch(slug: str) -> Answer:
    """Show it no more, or again."""
    with desk.writing() as here:
        keeping.switch(here, slug, typed.line("on") == "1")
    return redirect(url_for("staff_views.one", slug=slug), 303)
