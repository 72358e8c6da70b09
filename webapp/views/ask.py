"""`/ask`: whom to ask when no listing fits."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from webapp import cache, profile, sharing

blueprint = Blueprint("ask", __name__)
HOTLINES = ("12333", "12345")
"""The national lines of human resources and social security, and of government services."""


@blueprint.get("/ask")
def page() -> Response:
    """The public hotlines, and the service centres of every city that has places."""
    cities = [(city, centres) for city in profile.cities() if (centres := profile.centre(city))]
    shared = sharing.of_subject("ask", [])
    return cache.by_content(make_response(render_template("ask.html", hotlines=HOTLINES, cities=cities, shared=shared)))
