"""归雁图, the Returnee Entrepreneurship Map: the Flask application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from webapp.config import Settings

__version__ = "0.4.0"
MAX_REQUEST_BYTES = 16 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """The application with its settings (from the environment when none are given).

    Opens no database: the first request does.
    """
    from webapp import wiring
    from webapp.config import Settings

    app = Flask(__name__, static_folder=None)
    app.config["SETTINGS"] = settings or Settings.from_env()
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    wiring.connect(app)
    return app
