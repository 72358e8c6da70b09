"""Saved views for tests: kept by an editor of the province as the form would."""

from __future__ import annotations

import itertools
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection

import layers
from layers.areas import Areas
from layers.view import View
from tests.desks import desk, person
from webapp.permissions import Held, Role
from webapp.saved import bound, keeping
from webapp.saved.keeping import Wanted
from webapp.saved.reading import Options

_numbers = itertools.count(1)
EVERYWHERE = ("510000", "410000")


def kept(
    client: FlaskClient,
    connection: Connection,
    areas: Areas,
    params: list[tuple[str, str]],
    locked: tuple[str, ...] = (),
    hosts: tuple[str, ...] = ("https://www.leshan.gov.cn",),
    slug: str = "",
    **options: Any,
) -> str:
    """A saved view with these parameters; its slug."""
    n = next(_numbers)
    who = person(connection, f"keeper{n}", *(Held(Role.EDITOR, code) for code in EVERYWHERE))
    view = View.parse(layers.LAYERS, params, areas, strict=True)
    wanted = Wanted(
        f"第{n}张图", "说明", view, bound.locks(view, locked), hosts, Options(**options), EVERYWHERE[0]
    )  # fmt: skip
    with client.application.app_context():
        return keeping.make(desk(connection, who, areas), slug or f"view-{n}", wanted)
