"""`/share`: everything with which a View, place or area can be passed on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from layers import grammar
from layers.errors import BadValue
from layers.view import View, spell_at
from layers.words import N_
from webapp import asked, cache, db, mapping, sharing, standing
from webapp.posters.sizes import OFFERED, SIZES
from webapp.saved import listing
from webapp.sharing import HEIGHTS, USUAL_HEIGHT, Shared

blueprint = Blueprint("share", __name__)
OPTIONS = ("height", "list", "controls", "fixed")


@blueprint.get("/share")
def page() -> Response:
    """Link, code, pictures, and the code of a frame with its options."""
    shared = asked.shared(apart=OPTIONS)
    return cache.by_content(make_response(render_template("share.html", **_context(shared))))


def _context(shared: Shared) -> dict[str, Any]:
    height, beside, fixed = _height(), request.args.get("list") == "1", request.args.get("fixed") == "1"
    controls = request.args.get("controls") == "1"
    more = [*([("list", "1")] if beside else []), *([("controls", "1")] if controls else [])]
    if fixed and not any(name in ("at", "of") for name, _value in shared.params):
        more.append(("at", _frame(shared.view)))
    return {
        "shared": shared,
        "height": height,
        "beside": beside,
        "controls": controls,
        "fixed": fixed,
        "can_be_fixed": "of" not in dict(shared.params) and shared.view.at is None,
        "frame": shared.frame(height, *more),
        "framed": shared.at("/embed", *more),
        "short": sharing.with_channel(short, shared.channel) if (short := _short(shared)) else "",
        "hidden": shared.params,
        "sizes": [(SIZES[key].title, shared.at("/poster", ("size", key))) for key in OFFERED],
    }


def _short(shared: Shared) -> str:
    """The short link that staff have given to exactly this View, "" without one."""
    if shared.place is not None or shared.area is not None:
        return ""
    slug = standing.unless_gone(lambda: listing.named(db.connection(), shared.params), str)
    return sharing.short(slug) if slug else ""


def _height() -> int:
    raw = request.args.get("height") or str(USUAL_HEIGHT)
    try:
        return max(HEIGHTS[0], grammar.read_count("height", raw, HEIGHTS[1]))
    except BadValue:
        limits = {"low": HEIGHTS[0], "high": HEIGHTS[1]}
        raise BadValue("height", raw, N_("写 %(low)s 到 %(high)s 的整数"), limits) from None


def _frame(view: View) -> str:
    """Where the map stands now, for a frame that stays there when places come and go."""
    box = mapping.box_of(view)
    return spell_at((*box.centre, float(mapping.zoom_for(box))))
