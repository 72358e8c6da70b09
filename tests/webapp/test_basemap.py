"""The basemap and the badge: who may be asked for tiles, and what the map says about itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from flask import Flask

from layers.areas import Areas
from tests.places import TODAY
from webapp import create_app, db
from webapp.config import Settings


def with_settings(whole_app: Flask, settings: Settings, areas: Areas, **changed: Any) -> Flask:
    made = create_app(dataclasses.replace(settings, **changed))
    made.extensions |= {"areas": areas, "engine": whole_app.extensions["engine"]}
    made.extensions["clock"] = lambda: dt.datetime.combine(TODAY, dt.time(12), db.CHINA)
    return made


def test_tianditu_may_be_asked_and_nobody_else(whole_app: Flask, settings: Settings, areas: Areas) -> None:
    app = with_settings(whole_app, settings, areas, basemap="tianditu", tianditu_key="abc")
    answer = app.test_client().get("/map")
    assert "img-src 'self' data: https://*.tianditu.gov.cn;" in answer.headers["Content-Security-Policy"]
    script = app.test_client().get("/map.js").get_data(as_text=True)
    assert "tk=abc" in script
    assert "cva_w" in script
    assert "openstreetmap" not in script


@pytest.mark.parametrize(
    ("expires", "said"),
    [(None, "审图号：川S(2026)0001号"), (TODAY, "审图号：川S(2026)0001号"), (TODAY - dt.timedelta(1), "示意图·未送审")],
)
def test_the_approval_is_shown_as_long_as_it_is_valid(
    expires: dt.date | None, said: str, whole_app: Flask, settings: Settings, areas: Areas
) -> None:
    app = with_settings(whole_app, settings, areas, approval_no="川S(2026)0001号", approval_expires=expires)
    assert said in app.test_client().get("/projects").get_data(as_text=True)
    notice = app.test_client().get("/projects.geojson").get_json(force=True)["notice"]
    assert notice == said
