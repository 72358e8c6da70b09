"""What a poster says, in the reader's language: our own words and the names of areas, offices and layers."""

from __future__ import annotations

from typing import Any

from layers.query import Query
from layers.words import N_
from webapp import db, mapping, present, profile
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.sharing import Shared

HOTLINE = "12333"
TITLES = {"projects": N_("回%(area)s，先看这 %(n)s 样")}
TITLE, NOTHING = N_("%(area)s的 %(n)s 个%(layer)s"), N_("%(area)s·%(layer)s")


def told(shared: Shared, total: int, listed: list[Any], code: str) -> dict[str, Any]:
    """The texts of `Content` by its fields' names. `code`: the area code that the list's numbers leave out."""
    badge, query = mapping.badge(), shared.view.listed
    return {
        "kicker": _("归雁图·返乡创业地图"),
        "title": shared.title if shared.place is not None else title(query, total),
        "sentence": shared.sentence,
        "ask": _ask(query.area),
        "notes": _notes(code),
        "sample": _("有示例数据，只作演示，电话打不通。") if any(row.sample for row in listed) else "",
        "approval": badge["approval"],
        "sources": _("；").join(badge["sources"]),
        "printed": _("%(day)s 印", day=db.today().isoformat()),
        "scan": _scan(total),
        "words": _words(),
    }


def title(query: Query, total: int) -> str:
    """The large line: our own words and the area's name alone, so that nobody can put others on it."""
    book = db.areas()
    area = _("、").join(book.get(code).label(language()) for code in query.area[:2]) or _("家乡")
    text = TITLES.get(query.layer.key, TITLE) if total else NOTHING
    return _(text, area=area, n=total, layer=_(query.layer.title))


def _ask(codes: tuple[str, ...]) -> tuple[str, str]:
    """Whom to phone when in doubt, and the number: the area's service centre, else the hotline."""
    area = db.areas().get(codes[0]) if len(codes) == 1 else None
    centres = profile.centre(area) if area else []
    if len(centres) == 1:
        place = centres[0][1]
        number = present.tel(place.phone)
        if number:
            return _("拿不准就问%(who)s", who=present.offered_name(place)), number["text"]
    return _("拿不准就打人社热线"), HOTLINE


def _notes(code: str) -> tuple[str, ...]:
    said = [_("名单里的电话前加区号 %(code)s。", code=code)] if code else []
    return (*said, _("投资有风险，先看清再干。凡是先收钱的，先打电话问一问。"))


def _scan(total: int) -> tuple[str, ...]:
    return (_("扫一扫看全部 %(n)s 个", n=total), _("和最新电话")) if total > 1 else (_("扫一扫看最新的"),)


def _words() -> dict[str, str]:
    """Our own words on a poster; {n} and the like are filled in where they are drawn."""
    return {
        "north": _("北"),
        "km": _("%(n)s 公里", n="{n}"),
        "exact": _("准确位置"),
        "township": _("只到乡镇"),
        "county": _("只到区县，图上不画点"),
        "county_alone": _("只到区县"),
        "more": _("还有 %(n)s 个，扫码看全部", n="{n}"),
        "over": _("还有 %(n)s 个，见后页", n="{n}"),
        "page": _("第 %(page)s 页，共 %(pages)s 页", page="{page}", pages="{pages}"),
        "links": _("铁路为车站连线，只作示意"),
        "none": _("这里还没有登记。扫码看别的区县，或者打 12333 问。"),
    }
