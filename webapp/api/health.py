"""`/healthz` and `/readyz`: whether the process lives, and whether it can answer."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from webapp import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """200 as long as the process answers."""
    return _told({"status": "alive"}, 200)


@blueprint.get("/readyz")
def ready() -> Response:
    """200 when the database answers and has every migration; 503 and what is wrong otherwise."""
    try:
        if db.migrated():
            return _told({"status": "ready"}, 200)
        return _told({"status": "unready", "reason": "migrations are missing: run `flask db upgrade`"}, 503)
    except (SQLAlchemyError, OSError, RuntimeError):
        current_app.logger.warning("readyz: the database does not answer")
        return _told({"status": "unready", "reason": "the database does not answer"}, 503)


def _told(state: dict[str, str], status: int) -> Response:
    response = jsonify(state)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
