"""`/healthz`, `/readyz` and `/metrics`: whether the process lives, whether it can answer, what it has done."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from webapp import db, metering, standing

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """200 as long as the process answers."""
    return _told({"status": "alive"}, 200)


@blueprint.get("/readyz")
def ready() -> Response:
    """200 when the database answers and has every migration, or when the public can do without; 503 otherwise."""
    try:
        if db.migrated():
            return _told({"status": "ready"}, 200)
        return _told({"status": "unready", "reason": "migrations are missing: run `flask db upgrade`"}, 503)
    except (SQLAlchemyError, OSError, RuntimeError):
        if standing.is_whole():
            told = {"status": "degraded", "reason": "the database does not answer; the public is answered from files"}
            return _told(told, 200)
        current_app.logger.warning("readyz: the database does not answer")
        return _told({"status": "unready", "reason": "the database does not answer"}, 503)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus on this machine; anybody else finds nothing here.

    What has come through a proxy comes from elsewhere, whatever address it bears.
    """
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))
    if forwarded or not ip_address(request.remote_addr or "0.0.0.0").is_loopback:
        raise NotFound
    return Response(metering.told(), content_type=metering.KIND, headers={"Cache-Control": "no-store"})


def _told(state: dict[str, str], status: int) -> Response:
    response = jsonify(state)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
