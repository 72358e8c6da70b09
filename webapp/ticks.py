"""What the machine does by itself: publishes what is due, removes what has been kept for long enough."""

from __future__ import annotations

import datetime as dt

from flask import current_app
from sqlalchemy import delete, or_

from webapp import audit, db, desk, publishing
from webapp.imports import files
from webapp.models import Audit, Enquiry, ResetLink, SignIn
from webapp.permissions import MACHINE

ENDED_KEPT = dt.timedelta(days=30)
"""For how long sessions that have ended and links that have run out can still be looked at."""


def publish_due() -> list[int]:
    """Publish every approved draft whose hour has come; the ids of the places."""
    with desk.unattended() as here:
        places = publishing.due(here)
        if places:
            audit.note(here.connection, "publish_due", MACHINE, detail={"places": places})
    return places


def purge() -> dict[str, int]:
    """Remove old sessions, links, answered reports, log entries and imported files; how many of each.

    A report of the public that nobody has answered stays until somebody does.
    """
    settings, now = current_app.config["SETTINGS"], db.now()
    ended, asked = now - ENDED_KEPT, now - dt.timedelta(days=settings.enquiry_days)
    over = {
        "sessions": delete(SignIn).where(or_(SignIn.ended_at < ended, SignIn.seen_at < ended)),
        "links": delete(ResetLink).where(ResetLink.expires_at < ended),
        "enquiries": delete(Enquiry).where(Enquiry.answered_at < asked),
        "audit": delete(Audit).where(Audit.at < now - dt.timedelta(days=settings.audit_days)),
    }
    with db.writing() as connection:
        gone = {name: connection.execute(statement).rowcount for name, statement in over.items()}
        gone["files"] = files.purge(connection, now, settings.import_days)
        if any(gone.values()):
            audit.note(connection, "purge", MACHINE, detail=gone)
    return gone
