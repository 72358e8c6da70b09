"""`/staff/`: leads to the first page that the account may use."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from webapp import session
from webapp.views import staff_chrome

blueprint = Blueprint("staff_home", __name__)


@blueprint.get("/staff/")
def page() -> Response:
    """See the module."""
    return redirect(staff_chrome.first(session.signed()))
