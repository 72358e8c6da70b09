"""A real PostGIS with the real migrations and areas; every test in a transaction of its own that is rolled back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine

from layers.areas import Areas
from tests import following
from tests.places import TODAY
from webapp import cluster, create_app, db, facts, migrating, samples
from webapp.config import Settings

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local" / "test"


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Settings of the tests, none of them from the developer's environment."""
    return Settings.from_env({"MAP_HOME": str(HOME)})


def fresh_database(settings: Settings, name: str) -> str:
    """A new database with the real migrations; its URL."""
    cluster.drop_database(settings, name)
    url = cluster.create_database(settings, name)
    engine = create_engine(url)
    with engine.begin() as connection:
        migrating.upgrade(connection)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """A database with every area in it and no place."""
    made = create_engine(fresh_database(settings, f"test_{os.getpid()}"))
    with made.begin() as connection:
        facts.load_areas(connection, TODAY)
    yield made
    made.dispose()
    cluster.drop_database(settings, f"test_{os.getpid()}")


@pytest.fixture(scope="session")
def areas(engine: Engine) -> Areas:
    """The book of areas."""
    with engine.connect() as connection:
        return Areas.load(connection)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is undone when the test ends."""
    with engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


@pytest.fixture(scope="session")
def whole_app(settings: Settings, engine: Engine, areas: Areas) -> Flask:
    """The application; use `app`, which reads through the test's own connection."""
    made = create_app(settings)
    made.config["TESTING"] = True
    made.config["PROPAGATE_EXCEPTIONS"] = False
    made.extensions["areas"] = areas
    made.extensions["engine"] = engine
    made.extensions["clock"] = lambda: dt.datetime.combine(TODAY, dt.time(12), db.CHINA)
    return made


@pytest.fixture
def app(whole_app: Flask, connection: Connection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on the test's connection, its clock at noon of TODAY."""
    whole_app.extensions["connection"] = connection
    if not following.ON:
        yield whole_app
        return
    folder = tmp_path_factory.mktemp("snapshot")
    with following.followed(whole_app, lambda: nullcontext(connection), folder, TODAY):
        yield whole_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Asks the application as a browser set to Chinese does."""
    return app.test_client()


@pytest.fixture(scope="session")
def shop(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a site as it is after `make run`, on the tests' day."""
    name = f"shop_{os.getpid()}"
    url = fresh_database(settings, name)
    engine = create_engine(url)
    with engine.begin() as connection:
        samples.load(connection, TODAY)
    app = create_app(dataclasses.replace(settings, database_url=url))
    app.extensions["clock"] = lambda: dt.datetime.combine(TODAY, dt.time(12), db.CHINA)
    if following.ON:
        with following.followed(app, engine.connect, tmp_path_factory.mktemp("snapshot"), TODAY):
            yield app.test_client()
    else:
        yield app.test_client()
    engine.dispose()
    if "engine" in app.extensions:
        app.extensions["engine"].dispose()
    cluster.drop_database(settings, name)
