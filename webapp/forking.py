"""The web server with the application loaded before its processes are copied from this one.

They share what none of them changes, and one that has to be replaced is there at once: `python -m webapp.forking`
takes the arguments of Granian.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
from contextlib import suppress

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from layers.areas import Areas
from webapp import db, standing

END_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


def main() -> None:
    """Load, then serve until a signal."""
    from granian.cli import entrypoint

    import wsgi

    for name in wsgi.app.jinja_env.list_templates():
        wsgi.app.jinja_env.get_template(name)
    _read_ahead(wsgi.app)
    os.register_at_fork(after_in_child=_begin)
    gc.collect()
    gc.freeze()  # what is here stays: a collection would touch, and so copy, all of it
    entrypoint()  # type: ignore[no-untyped-call]


def _read_ahead(app: Flask) -> None:
    """The book of areas, and whether the files are whole: what would take every copy its time and memory alike.

    Whatever a copy must have for itself, connections and mapped files, is left behind.
    """
    kept = app.extensions
    with app.app_context():
        if app.config["SETTINGS"].snapshot:
            standing.mapped()
        with suppress(SQLAlchemyError):  # as long as the database is gone each reads it from the files
            kept["areas"] = Areas.load(db.connection())
    kept.pop("standing", None)
    if "engine" in kept:
        kept.pop("engine").dispose()


def _begin() -> None:
    """A copy begins with the handlers of whom it was copied from, which would note a SIGTERM that nobody asks for."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGTERM)  # nobody is left behind who holds the port


if __name__ == "__main__":
    main()
