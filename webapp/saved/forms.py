"""The form of a saved view: what was typed, what it becomes, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import request
from werkzeug.exceptions import HTTPException

from layers.errors import BadValue
from layers.view import View, spell_at
from webapp import asked, mapping, sharing, typed
from webapp.counting import channels
from webapp.desk import Desk
from webapp.i18n import LANGUAGES
from webapp.i18n import translate as _
from webapp.saved import bound, hosts, keeping
from webapp.saved.keeping import Wanted
from webapp.saved.reading import ALL, Options, Saved
from webapp.sharing import HEIGHTS, USUAL_HEIGHT, Shared

TITLE, CAPTION, SLUG = 40, 200, 40
FIELDS = (
    "url", "title", "caption", "slug", "hosts", "height", "list", "controls", "lang", "area", "frame", "version",
)  # fmt: skip
Texts = dict[str, str]


@dataclass(frozen=True)
class Form:
    """What stands in the fields, the View that the address means, and what is wrong (field -> sentence)."""

    text: Texts
    view: View | None = None
    locked: tuple[str, ...] = ()
    wanted: Wanted | None = None
    problems: Texts = field(default_factory=dict)
    status: int = 422

    @property
    def lock(self) -> str:
        """all, some or none."""
        return "all" if ALL in self.locked else "some" if self.locked else "none"


def empty(desk: Desk, url: str = "") -> Form:
    """The form of a new view; an address that was handed over stands in it."""
    text = {
        "url": url,
        "height": str(USUAL_HEIGHT),
        "frame": "still",
        "lang": "",
        "area": _first_area(desk),
        "lock": "all",
    }
    shared, problems = _shared(url) if url else (None, {})
    title = shared.title[:TITLE] if shared else ""
    return Form(_filled({**text, "title": title}), shared.view if shared else None, (ALL,), problems=problems)


def _first_area(desk: Desk) -> str:
    return next((area.code for area in channels.offices(desk)), "")


def of(saved: Saved, base: str) -> Form:
    """The form of a view as it is kept."""
    options = saved.options
    text = {
        "url": base + saved.view.url("/"), "title": saved.title, "caption": saved.caption, "slug": saved.slug,
        "hosts": "\n".join(saved.hosts), "height": str(options.height), "list": "1" if options.list else "",
        "controls": "1" if options.controls else "", "lang": options.lang, "area": saved.area,
        "frame": "follow" if options.follow else "still", "version": str(saved.version),
    }  # fmt: skip
    return Form(_filled(text), saved.view, tuple(saved.locked))


def _filled(text: Mapping[str, str]) -> Texts:
    return {name: text.get(name, "") for name in FIELDS}


def sent(desk: Desk, new: bool) -> Form:
    """The form as it was sent; `wanted` is there when nothing is wrong."""
    text = {name: typed.line(name, 4000 if name == "url" else 300) for name in _filled({})}
    text["hosts"] = request.form.get("hosts", "")[:4000]
    shared, problems = _shared(text["url"])
    view = shared.view if shared else None
    locked, more = _locked(view)
    problems |= more
    options, wrong = _options(text)
    problems |= wrong | _plain(text, new)
    origins: list[str] = []
    try:
        origins = hosts.parse(text["hosts"])
    except BadValue as error:
        problems["hosts"] = error.allowed(_)
    form = Form(text, view, tuple(locked), problems=problems)
    if problems or view is None:
        return form
    if not keeping.may(desk.who, view, text["area"], desk.areas):
        return replace(form, problems={"url": _outside()}, status=403)
    kept = _framed(view, options)
    return replace(form, wanted=Wanted(text["title"], text["caption"], kept, locked, origins, options, text["area"]))


def _outside() -> str:
    return _("这张图里有您不管的地方，或者没有选地方。先在地图上选好自己管的区县，再来存；全国的图要省级账号。")


def _shared(url: str) -> tuple[Shared | None, Texts]:
    """What a map's, a directory's or an area's address shows."""
    if not url:
        return None, {"url": _("把地图页的网址贴进来")}
    here = f"{request.scheme}://{request.host}/"
    try:
        shared, _given = asked.address(f"{sharing.base()}/{url.removeprefix(here)}" if url.startswith(here) else url)
    except BadValue as error:
        return None, {"url": _("网址里 %(name)s 不对：%(allowed)s", name=error.parameter, allowed=error.allowed(_))}
    except (HTTPException, ValueError):
        return None, {"url": _("这不是本站地图、目录或各地页面的网址")}
    if shared.place is not None:
        return None, {"url": _("一条条目不用存：直接用它自己的页面分享")}
    return shared, {}


def _locked(view: View | None) -> tuple[list[str], Texts]:
    names = {"all": [ALL], "none": []}.get(typed.line("lock"), request.form.getlist("locked"))
    try:
        return (bound.locks(view, names) if view else list(names)), {}
    except BadValue:
        return [], {"lock": _("网址换了，要锁的条件重新选")}


def _options(text: Texts) -> tuple[Options, Texts]:
    raw = text["height"] or str(USUAL_HEIGHT)
    fits = raw.isascii() and raw.isdigit() and len(raw) < 6 and HEIGHTS[0] <= int(raw) <= HEIGHTS[1]
    problems = {} if fits else {"height": _("写 %(low)s 到 %(high)s 的整数", low=HEIGHTS[0], high=HEIGHTS[1])}
    lang = text["lang"] if text["lang"] in LANGUAGES else ""
    height = int(raw) if fits else USUAL_HEIGHT
    return Options(height, bool(text["controls"]), bool(text["list"]), lang, text["frame"] == "follow"), problems


def _plain(text: Texts, new: bool) -> Texts:
    """What is wrong with the plain fields."""
    problems = {}
    if not 0 < len(text["title"]) <= TITLE:
        problems["title"] = _("写 1 到 %(n)s 个字", n=TITLE)
    if len(text["caption"]) > CAPTION:
        problems["caption"] = _("最多写 %(n)s 个字", n=CAPTION)
    if new and text["slug"] and not keeping.SLUG.fullmatch(text["slug"]):
        problems["slug"] = _("只用小写字母、数字和短横，3 到 %(n)s 个", n=SLUG)
    return problems


def _framed(view: View, options: Options) -> View:
    """The View with its map put where it stands now, unless it is to follow the places."""
    if options.follow:
        return replace(view, at=None)
    if view.at is not None:
        return view
    box = mapping.box_of(view)
    at = (*box.centre, float(mapping.zoom_for(box)))
    spelled = [float(part) for part in spell_at(at).split(",")]
    return replace(view, at=(spelled[0], spelled[1], spelled[2]))
