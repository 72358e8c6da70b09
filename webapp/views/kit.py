"""`/kit` and `/kit.zip`: pictures, text, link and code for an article in a 公众号."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, make_response, render_template

from webapp import asked, cache, db
from webapp.i18n import translate as _
from webapp.packed import packed
from webapp.posters import article, asking, gather
from webapp.posters.codes import code_of
from webapp.posters.gather import Asked
from webapp.sharing import Shared

blueprint = Blueprint("kit", __name__)
PICTURES = {"cover": "1-cover-900x383.png", "phone": "2-long.png", "square": "3-square.png"}
"""Size of a picture -> its name in the zip."""
OWN = ("kind",)


@blueprint.get("/kit")
def page() -> Response:
    """The pictures to keep with a long press, the text to copy, the zip."""
    posters = _posters(asked.shared(apart=OWN))
    state = asking.state(posters)
    response = make_response(render_template("kit.html", **_context(posters), state=state))
    if state == "ready":
        return cache.by_content(response)
    response.headers.update({"Cache-Control": "no-store", "Refresh": str(max(3, asking.spool().retry_after()))})
    return response


@blueprint.get("/kit.zip")
def archive() -> Response:
    """The same as one file."""
    posters = _posters(asked.shared(strict=True, apart=OWN))
    etag = cache.tag("kit", *(asking.key(poster, "png") for poster in posters))
    found = cache.unchanged(etag)
    if found is None:
        found = Response(_zip(posters), mimetype="application/zip")
        found.headers["Content-Disposition"] = f'attachment; filename="guiyan-{db.today().isoformat()}.zip"'
    found.vary.add("Accept-Language")
    return cache.tagged(found, etag)


def _posters(shared: Shared) -> list[Asked]:
    kind = asked.own("kind")
    return [gather.asked(shared, size, kind) for size in PICTURES]


def _context(posters: list[Asked]) -> dict[str, Any]:
    shared = posters[0].shared
    own = [("kind", posters[0].kind)]
    pictures = [(poster.size, shared.at("/poster.png", ("size", poster.size.key), *own)) for poster in posters]
    return {
        "shared": shared,
        "pictures": pictures,
        "text": article.text(gather.content(posters[0])),
        "archive": shared.at("/kit.zip", *own),
    }


def _zip(posters: list[Asked]) -> bytes:
    url = posters[0].shared.link
    files = dict(zip(PICTURES.values(), asking.pictures(posters), strict=True))
    code = io.BytesIO()
    code_of(url, coarse=True).save(code, kind="png", scale=12, border=4)
    files["4-qr.png"] = code.getvalue()
    files["article.txt"] = ("\ufeff" + article.text(gather.content(posters[0]))).encode()
    files["link.txt"] = (_("阅读原文填这个网址：") + "\r\n" + url + "\r\n").encode()
    return packed(files, db.today())
