"""A small synthetic catalogue in a database of its own, and the site that serves it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine

from bench import fill, plain_sql
from webapp import cluster, create_app
from webapp.config import Settings

N = 500 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
"""Another number, and so another database, for each process of tests."""


@pytest.fixture(scope="session")
def scale(settings: Settings) -> Iterator[str]:
    """The URL of a filled database, with what SQL and tipg need in it."""
    url = fill.fill(settings, N, lambda _text: None)
    plain_sql.prepare(url)
    yield url
    cluster.drop_database(settings, fill.name_of(N))


@pytest.fixture(scope="session")
def site(settings: Settings, scale: str) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, database_url=scale))
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    return site.test_client()


@pytest.fixture
def inside(scale: str) -> Iterator[Connection]:
    engine = create_engine(scale)
    with engine.connect() as opened:
        yield opened
    engine.dispose()
