"""What every page of staff has around its content: navigation by what the account may do, and the language."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask, current_app, g, request, url_for

import layers
from layers.layer import Layer
from layers.words import N_
from webapp import db, desk, logbook, review_pack, session, todo
from webapp.i18n import LANGUAGES, language, translate
from webapp.permissions import ROLES, Action, Signed, anywhere

PAGES = (
    ("staff_places.page", N_("我的条目"), Action.SEE),
    ("staff_review.page", N_("待审核"), Action.REVIEW),
    ("staff_imports.page", N_("导入导出"), Action.IMPORT),
    ("staff_expiring.page", N_("快到期"), Action.VERIFY),
    ("staff_enquiries.page", N_("反馈"), Action.ANSWER),
    ("staff_checks.page", N_("抽查"), Action.CHECK),
    ("staff_coverage.page", N_("各地情况"), Action.SEE),
    ("staff_views.index", N_("传播"), Action.VIEWS),
    ("staff_counts.page", N_("传播统计"), Action.SEE),
    ("staff_people.index", N_("人员"), Action.PEOPLE),
    ("staff_log.page", N_("日志"), Action.AUDIT),
)
"""(endpoint, title, what it is for) in the order of the navigation; an endpoint that is not there is left out."""
OURS = ("staff", "account")


def init_app(app: Flask) -> None:
    """Give the templates of staff what they ask for; public pages never call it, so they never see the cookie."""
    offered = {
        "signed_in": session.current,
        "staff_nav": navigation,
        "say_grant": say,
        "moment": moment,
        "noun": noun,
        "staff_todo": to_do,
        "china": db.CHINA,
        "may_pack": lambda: review_pack.allowed(desk.reading()),
        "may_views": lambda: anywhere(session.signed(), Action.VIEWS, db.areas()),
    }
    app.jinja_env.globals.update(offered)
    app.url_defaults(keep_language)


def navigation() -> list[tuple[str, str, bool, int]]:
    """(title, URL, current, how much there is to do) of the pages that the account may use."""
    who = session.current()
    if who is None:
        return []
    waiting = todo.badges(_work())
    pages = [(endpoint, translate(title)) for endpoint, title in _pages(who)]
    return [(title, url_for(end), _here(end), waiting.get(end, 0)) for end, title in pages]


def to_do() -> list[tuple[str, str, bool]]:
    """(words, URL, late) of what the account has to do; "" for a page that is not there."""
    there = current_app.view_functions
    return [
        (translate(item.words, n=item.count), url_for(item.endpoint) if item.endpoint in there else "", item.late)
        for item in (_work() if session.current() else ())
    ]


def _work() -> list[todo.Item]:
    """Counted once for each page."""
    if "todo" not in g:
        g.todo = todo.items(desk.reading())
    found: list[todo.Item] = g.todo
    return found


def first(who: Signed) -> str:
    """Where an account begins: the first page of its navigation."""
    found = _pages(who)
    return url_for(found[0][0] if found else "account.page")


def _pages(who: Signed) -> list[tuple[str, str]]:
    return [
        (endpoint, title)
        for endpoint, title, action in PAGES
        if endpoint in current_app.view_functions and _useful(who, action)
    ]


def _useful(who: Signed, action: Action) -> bool:
    """Whether a page would show anything: the log asks for more than the action (see logbook.py)."""
    if action == Action.AUDIT:
        return bool(logbook.administered(who, db.areas()))
    return anywhere(who, action, db.areas())


def say(grant: Any) -> str:
    """A grant in words: 编辑·犍为县, and the layers when it is not for all."""
    area = db.areas().get(grant.area).label(language()) if grant.area in db.areas() else grant.area
    words = f"{translate(ROLES[grant.role])}·{area}"
    if not grant.layers:
        return words
    titles = [translate(layer.title) for layer in layers.LAYERS if layer.key in grant.layers]
    return translate("%(grant)s（只管%(layers)s）", grant=words, layers=translate("、").join(titles))


def moment(at: dt.datetime | None) -> str:
    """Day and minute in China, "" for never."""
    return at.astimezone(db.CHINA).strftime("%Y-%m-%d %H:%M") if at else ""


def noun(layer: Layer) -> str:
    """What one entry of a layer is called."""
    return translate(N_("项目")) if layer.key == "projects" else translate(layer.title)


def _here(endpoint: str) -> bool:
    return request.blueprint == endpoint.partition(".")[0]


def keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Carry a language that was asked for in the address along every link and redirect between staff's pages."""
    asked = request.args.get("lang") if request else None
    if asked in LANGUAGES and endpoint.partition(".")[0].partition("_")[0] in OURS:
        values.setdefault("lang", asked)
