"""`/poster.png` `.pdf` `.svg`: the View's poster as a file; `/qr.svg`: the code of its address."""

from __future__ import annotations

import io
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request, send_file

from webapp import asked, cache, db
from webapp.posters import asking, shortcut
from webapp.posters.codes import code_of
from webapp.posters.gather import Asked
from webapp.posters.sizes import FORMATS
from webapp.posters.spool import NotYet

blueprint = Blueprint("pictures", __name__)


@blueprint.get("/poster.<any(png,pdf,svg):ending>")
def poster(ending: str) -> Response:
    """The poster, from the store or drawn now."""
    wanted = asked.poster(strict=True)
    etag = asking.key(wanted, ending)
    found = cache.unchanged(etag)
    if found is None:
        try:
            found = _file(asking.picture(wanted, ending), wanted, ending)
        except NotYet:
            if "text/html" not in request.headers.get("Accept", ""):
                raise
            return _later()
    found.vary.add("Accept-Language")
    return cache.tagged(found, etag) if found.status_code == 200 else found


def _file(path: Path, wanted: Asked, ending: str) -> Response:
    shortcut.sent(str(path))
    name = f"{wanted.view.listed.layer.key}-{wanted.size.key}-{db.today().isoformat()}.{ending}"
    return send_file(path, mimetype=FORMATS[ending], download_name=name, etag=False, max_age=0)


def _later() -> Response:
    """For a person who opened the picture itself: a page that comes back by itself."""
    seconds = max(2, asking.spool().retry_after())
    response = make_response(render_template("drawing.html", seconds=seconds), 202)
    response.headers.update({"Refresh": str(seconds), "Retry-After": str(seconds), "Cache-Control": "no-store"})
    return response


@blueprint.get("/qr.svg")
def code() -> Response:
    """The QR code of the address of the View, place or area."""
    url = asked.shared(strict=True).link
    made = io.BytesIO()
    code_of(url, coarse=True).save(made, kind="svg", border=4, scale=8, xmldecl=False, title=url)
    return cache.by_content(Response(made.getvalue(), mimetype="image/svg+xml"))
