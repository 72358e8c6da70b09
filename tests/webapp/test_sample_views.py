"""Sample saved views and channels: made once by the demo accounts, shown like any other, left alone afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select, update

from tests.desks import NOON, person
from webapp import demo, samples
from webapp.config import Settings
from webapp.counting.models import Channel
from webapp.permissions import Held, Role
from webapp.saved import examples
from webapp.saved.models import SavedView

SLUGS = {example.slug for example in examples.EXAMPLES}


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    """The application's context, in which `flask serve` makes them."""
    with app.app_context():
        yield


def slugs(connection: Connection) -> set[str]:
    return set(connection.scalars(select(SavedView.slug)))


def test_each_is_a_whole_saved_view_that_can_be_framed(
    client: FlaskClient, connection: Connection, settings: Settings
) -> None:
    samples.load(connection, NOON.date())
    demo.ensure(connection, settings)
    examples.ensure(connection, NOON)
    assert slugs(connection) == SLUGS
    for slug in SLUGS:
        frame = client.get(f"/embed/{slug}")
        assert frame.status_code == 200
        assert "示例·" in frame.text
        assert 'data-place="projects:' in frame.text
    assert set(connection.scalars(select(Channel.area))) == {examples.AREA}
    assert all(title.startswith("示例·") for title in connection.scalars(select(Channel.title)))


def test_a_second_start_brings_nothing_back(connection: Connection, settings: Settings) -> None:
    samples.load(connection, NOON.date())
    demo.ensure(connection, settings)
    examples.ensure(connection, NOON)
    connection.execute(update(SavedView).values(ended_at=NOON, title="另一个"))
    connection.execute(update(Channel).values(ended_at=NOON))
    before = [connection.execute(select(table).order_by(table.id)).all() for table in (SavedView, Channel)]
    examples.ensure(connection, NOON)
    assert before == [connection.execute(select(table).order_by(table.id)).all() for table in (SavedView, Channel)]


def test_a_real_account_of_the_name_gets_none(connection: Connection, settings: Settings) -> None:
    samples.load(connection, NOON.date())
    person(connection, "demo-qianwei-editor", Held(Role.EDITOR, "511123"))
    demo.ensure(connection, settings)
    examples.ensure(connection, NOON)
    assert slugs(connection) == set()
