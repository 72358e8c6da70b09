"""`/account/…`: sign in, sign out, and what belongs to the person who is signed in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp import audit, db, session

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/")
def page() -> str:
    """Who one is, what one may do, where one is signed in."""
    return render_template("account/page.html", who=session.signed())


@blueprint.get("/sign-in")
def sign_in() -> str:
    """The form."""
    return render_template("account/sign_in.html")


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session on the server; signing out twice is no error."""
    who = session.current()
    with db.writing() as connection:
        if who:
            audit.note(connection, "sign_out", who, f"account/{who.id}")
        session.end(connection)
    return redirect(url_for("account.sign_in"))
