"""Pictures: to the public when a public place shows them, to staff always; as JPEG and as nothing else."""

from __future__ import annotations

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from webapp import cache, catalogue, db, outlasting, photos, session

blueprint = Blueprint("staff_photos", __name__)
public = Blueprint("photos", __name__)
DIGEST = "<string(length=64):digest>"


@public.get(f"/photos/{DIGEST}.jpg", endpoint="shown")
def shown(digest: str) -> Response:
    """A picture of a public place; its address changes with its content."""
    content = outlasting.picture(digest, lambda: _public(digest), lambda: catalogue.shows(digest))
    if content is None:
        raise NotFound
    return cache.unchanged(digest) or cache.tagged(Response(content, mimetype="image/jpeg"), digest)


def _public(digest: str) -> bytes | None:
    return photos.content(db.connection(), digest) if photos.is_public(db.connection(), digest) else None


@blueprint.get(f"/staff/photos/{DIGEST}.jpg")
def own(digest: str) -> Response:
    """Any picture, for whoever is signed in."""
    session.signed()
    content = photos.content(db.connection(), digest)
    if content is None:
        raise NotFound
    return Response(content, mimetype="image/jpeg")
