"""`/staff/review-pack`: the pack for the office that reviews maps, drawn first, then one file."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from webapp import audit, desk, mapping, review_pack, session
from webapp.attached import attached
from webapp.posters import asking

blueprint = Blueprint("staff_pack", __name__)
blueprint.before_request(session.staff)


@blueprint.get("/staff/review-pack")
def page() -> Response:
    """What will be in it, the pictures as they are drawn, how long the number still stands."""
    here = desk.reading()
    about = review_pack.area(here)
    drawn = review_pack.samples(about)
    state = asking.state(poster for _name, poster in drawn)
    context = {"about": about, "state": state, "cover": review_pack.cover(about), "approval_now": mapping.approval()}
    own = (("size", review_pack.SIZE), ("kind", "map"))
    pictures = [(name, poster.shared.at("/poster.png", *own)) for name, poster in drawn]
    response = make_response(render_template("staff/pack.html", **context, pictures=pictures))
    if state in ("drawing", "busy"):
        response.headers["Refresh"] = str(max(3, asking.spool().retry_after()))
    return response


@blueprint.get("/staff/review-pack.zip")
def archive() -> Response:
    """The pack as one file."""
    here = desk.reading()
    about = review_pack.area(here)
    content = review_pack.archive(about)
    with desk.writing() as writing:
        audit.note(writing.connection, "review_pack", writing.who, f"area/{about.code}", about.code)
    return attached(content, f"review-{about.code}-{here.today}.zip", "application/zip")
