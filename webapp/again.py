"""What a form carried that was refused for want of a token or a sign-in, so that it can be sent again.

Pages of staff are `no-store`: the back button fetches them anew and what was typed is gone. Offered only when the
browser says that the form was one of our own pages': another site's form must not borrow a token from us.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

SECRETS = frozenset({"password", "old", "new", "again", "code"})
TOKEN = "csrf_token"  # noqa: S105 - the field's name


def fields() -> list[tuple[str, str]]:
    """The fields to send again; none when there are passwords among them or the form is not ours."""
    if request.method != "POST" or not _is_ours() or SECRETS & set(request.form):
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != TOKEN]


def _is_ours() -> bool:
    """Whether the browser vouches for the page that the form was on."""
    fetched, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
    try:
        return fetched == "same-origin" or (fetched is None and urlsplit(origin).netloc == request.host)
    except ValueError:
        return False
