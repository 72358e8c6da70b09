"""送审包: who may take it, what is in it; the number's end is told sixty days ahead, on pages and by mail."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import time
import zipfile
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection

import layers
from layers.areas import Areas
from tests.desks import desk
from tests.places import TODAY, put, values
from tests.staff import ADMIN, CITY_ADMIN, EDITOR, REVIEWER, account, signed_in
from tests.surfaces import xlsx_rows
from webapp import review_pack, session, todo
from webapp.permissions import Held, Role

CITY = Held(Role.EDITOR, "511100")
PATHS = ("/staff/review-pack", "/staff/review-pack.zip")


@pytest.mark.parametrize("held", [EDITOR, REVIEWER, ADMIN, Held(Role.EDITOR, "511123100")])
def test_a_county_does_not_take_the_pack(held: Held, app: Flask, connection: Connection) -> None:
    account(connection, CITY_ADMIN)
    client = signed_in(app, connection, held)
    for path in PATHS:
        assert client.get(path).status_code == 403, path
    assert app.test_client().get(PATHS[0]).status_code == 302


def fetched(client: FlaskClient) -> Any:
    """The pack, asked for again as often as the server says."""
    for _n in range(40):
        answer = client.get(PATHS[1])
        if answer.status_code == 200:
            return answer
        assert answer.status_code == 429, answer.status_code
        time.sleep(min(3, int(answer.headers["Retry-After"])))
    raise AssertionError("never drawn")


@pytest.mark.parametrize("held", [CITY, CITY_ADMIN])
def test_the_pack_holds_pictures_layers_sources_and_numbers(
    held: Held, app: Flask, connection: Connection, areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = layers.get("projects")
    put(connection, layer, areas, *[values(layer, n, source_name="县人社局 2026 年名单") for n in (1, 2)],
        values(layer, 3, precision="county"), values(layer, 4, status="draft", internal_note="内部秘密"))  # fmt: skip
    changed = dataclasses.replace(
        app.config["SETTINGS"],
        approval_no="川S(2026)0001号",
        approval_source="乐山市自然资源局",
        approval_expires=TODAY + dt.timedelta(days=400),
    )
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    client = signed_in(app, connection, held)
    assert client.get(PATHS[0]).status_code == 200
    packed = zipfile.ZipFile(io.BytesIO(fetched(client).data))
    pictures = [name for name in packed.namelist() if name.endswith(".png")]
    assert pictures == ["1-all.png", *(f"{n}-z{zoom:02}.png" for n, zoom in enumerate(review_pack.ZOOMS, start=2))]
    for name in pictures:
        assert Image.open(io.BytesIO(packed.read(name))).size[0] == 2480
    rows = xlsx_rows(packed.read("layers.xlsx"))
    assert [row[1] for row in rows[1:]] == [layer.key for layer in layers.LAYERS]
    projects = next(row for row in rows if row[1] == "projects")
    assert projects[3:7] == (3, 2, 0, 1)
    assert "县人社局 2026 年名单" in projects[7]
    words = packed.read("cover.txt").decode("utf-8-sig")
    for part in ("川S(2026)0001号", "乐山市自然资源局", "审图号：", "plain", "乐山市"):
        assert part in words
    assert "秘密" not in words + repr(rows)


@pytest.mark.parametrize(
    ("days", "said"),
    [(None, ""), (61, ""), (60, "还有 60 天"), (1, "还有 1 天"), (0, "还有 0 天"), (-1, "过期 1 天")],
)
def test_the_end_of_the_number_is_told_ahead(
    days: int | None, said: str, app: Flask, connection: Connection, areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    expires = None if days is None else TODAY + dt.timedelta(days=days)
    changed = dataclasses.replace(app.config["SETTINGS"], approval_no="川S(2026)0001号", approval_expires=expires)
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    page = signed_in(app, connection, CITY).get("/staff/views").text
    assert ("审图号还有" in page or "审图号过期" in page) == bool(said)
    assert said in page
    county = signed_in(app, connection, EDITOR, name="county").get("/staff/views").text
    assert "审图号" not in county, "a county cannot ask for a new one"
    with app.test_request_context("/"):
        who = session.account(connection, account(connection, CITY, name="mailed"))
        lines = [item.words % {"n": item.count} for item in todo.items(desk(connection, who, areas))]
        assert any(said in line for line in lines) if said else lines == []
        assert todo.badges(todo.items(desk(connection, who, areas))).get("staff_views.index") is None
