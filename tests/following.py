"""An application that answers from Snapshots: brought up to date before each request, as a builder would soon after."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection

import layers
from layers import store
from webapp import building, watching
from webapp.building import Builder

ON = os.environ.get("TEST_SNAPSHOT") == "on"
"""Whether every test of the application runs with Snapshots: TEST_SNAPSHOT=on pytest tests/webapp/test_tiles.py"""
Opens = Callable[[], AbstractContextManager[Connection]]


@contextmanager
def followed(app: Flask, connection: Opens, folder: Path, today: dt.date) -> Iterator[None]:
    """Within, the application answers from Snapshots of what the connection sees, kept in the folder."""
    plain = app.wsgi_app
    with connection() as opened:
        building.full(opened, folder, tuple(layer.key for layer in layers.LAYERS), today)
    builder = Builder(folder, ["/bin/false"], {})

    def following(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        with connection() as opened:
            assert builder.step(opened, today), "merging is enough"
        watching.beat(folder, None)
        return plain(environ, start)

    app.extensions["snapshot_folder"] = folder
    app.extensions.pop("standing", None)
    app.wsgi_app = following  # type: ignore[method-assign]
    try:
        yield
    finally:
        app.wsgi_app = plain  # type: ignore[method-assign]
        del app.extensions["snapshot_folder"]
        app.extensions.pop("standing", None)
        assert store.read(folder) == builder.state
