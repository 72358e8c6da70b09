"""Random re-verification: kept draws of public places, an honest figure, results that lead somewhere."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

import layers
from layers.areas import Areas
from tests.places import TODAY, put, values
from tests.staff import ADMIN, CITY_REVIEWER, EDITOR, REVIEWER, send, signed_in
from webapp.accuracy import Accuracy
from webapp.models import Audit, SpotCheck, SpotDraw
from webapp.permissions import Held, Role

PROJECTS, PARKS = layers.get("projects"), layers.get("parks")


def untranslated(text_: str, **values_: object) -> str:
    return text_ % values_


@pytest.fixture
def here(connection: Connection, areas: Areas) -> list[int]:
    """Twelve public projects of 犍为县, and what must never be drawn: a draft, an expired one, a neighbour's."""
    ids = put(connection, PROJECTS, areas, *[values(PROJECTS, n, name=f"第{n}处") for n in range(1, 13)])
    put(connection, PROJECTS, areas, values(PROJECTS, 20, status="draft"),
        values(PROJECTS, 21, valid_until=TODAY - dt.timedelta(days=1)),
        values(PROJECTS, 22, area="511124", lon=104.06, lat=29.65))  # fmt: skip
    return ids


def draw(client: FlaskClient, n: str = "10", layer: str = "projects", area: str = "511123") -> Any:
    return send(client, "/staff/checks", {"area": area, "layer": layer, "n": n})


def drawn(connection: Connection) -> list[Any]:
    return list(connection.execute(select(SpotCheck.__table__).order_by(SpotCheck.id)))


def test_a_draw_is_random_public_and_kept(app: Flask, connection: Connection, here: list[int]) -> None:
    client = signed_in(app, connection, EDITOR)
    answer = draw(client)
    assert answer.status_code == 303
    first = {row.place_id for row in drawn(connection)}
    assert len(first) == 10
    assert first < set(here)
    draw(client)
    draw(client)
    orders = [
        tuple(r.place_id for r in drawn(connection) if r.draw_id == id_)
        for id_ in sorted({r.draw_id for r in drawn(connection)})
    ]
    assert len(set(orders)) == 3, "twelve places in the same order three times: one in 10^17"
    assert connection.execute(select(SpotDraw.among)).scalars().all() == [12] * 3
    assert connection.execute(select(Audit.action)).scalars().all() == ["check_draw"] * 3


def test_more_than_there_are_draws_all_and_fewer_than_five_none(
    app: Flask, connection: Connection, areas: Areas, here: list[int]
) -> None:
    client = signed_in(app, connection, EDITOR)
    assert draw(client, "50").status_code == 303
    assert sorted(row.place_id for row in drawn(connection)) == here
    put(connection, PARKS, areas, *[values(PARKS, n) for n in range(1, 5)])
    few = draw(client, layer="parks")
    assert few.status_code == 422
    assert "只有 4 条" in few.text
    assert draw(client, "50", layer="").status_code == 303
    assert {row.layer for row in drawn(connection)} == {"projects", "parks"}


@pytest.mark.parametrize(
    "asked", [{"n": "4"}, {"n": "51"}, {"n": "x"}, {"n": "-9"}, {"layer": "nope"}, {"area": "x"}, {"area": "\x00"}]
)
def test_what_cannot_be_drawn_is_said(
    asked: dict[str, str], app: Flask, connection: Connection, here: list[int]
) -> None:
    assert draw(signed_in(app, connection, EDITOR), **asked).status_code == 422


def test_nobody_draws_or_sees_outside_their_grant(app: Flask, connection: Connection, here: list[int]) -> None:
    for held in (
        Held(Role.EDITOR, "511124"),
        Held(Role.EDITOR, "511123", ("parks",)),
        Held(Role.EDITOR, "511123100"),
        ADMIN,
    ):
        client = signed_in(app, connection, held)
        assert draw(client).status_code == 403, held
        assert draw(client, layer="").status_code == 403, held
    assert draw(signed_in(app, connection, REVIEWER), area="511100").status_code == 403
    draw(signed_in(app, connection, EDITOR), "5")
    row = drawn(connection)[0]
    for held, status in (
        (CITY_REVIEWER, 200),
        (Held(Role.EDITOR, "511124"), 403),
        (Held(Role.EDITOR, "511123", ("parks",)), 403),
    ):
        client = signed_in(app, connection, held)
        for path in (f"/staff/checks/{row.draw_id}", f"/staff/checks/{row.draw_id}.xlsx"):
            assert client.get(path).status_code == status, (held, path)
        sent = send(client, f"/staff/checks/{row.draw_id}/{row.id}", {"result": "right"})
        assert sent.status_code == (303 if status == 200 else 403)
    assert signed_in(app, connection, EDITOR).get("/staff/checks/999999").status_code == 404
    assert send(signed_in(app, connection, EDITOR), "/staff/checks/1/999999", {"result": "right"}).status_code == 404
    assert send(signed_in(app, connection, EDITOR), f"/staff/checks/1/{row.id}", {"result": "x"}).status_code == 400


def test_no_share_is_told_before_five_are_checked(app: Flask, connection: Connection, here: list[int]) -> None:
    client = signed_in(app, connection, EDITOR)
    page = draw(client, "6").headers["Location"]
    for n, row in enumerate(drawn(connection), start=1):
        send(client, f"/staff/checks/{row.draw_id}/{row.id}", {"result": "right" if n < 6 else "gone", "note": "=1+1"})
        told = client.get(page).text
        assert f"核对 {n} 条" in told
        assert ("准确率 100%" in told) == (n == 5), n
        assert ("不算准确率" in told) == (n < 5)
    assert "抽查 6 条，核对 6 条，对的 5 条，准确率 83%（44%–97%）" in client.get("/staff/checks").text


def test_what_was_right_is_verified_only_when_asked(app: Flask, connection: Connection, here: list[int]) -> None:
    connection.execute(text("UPDATE projects SET verified = :day"), {"day": TODAY - dt.timedelta(days=40)})
    client = signed_in(app, connection, EDITOR)
    draw(client, "5")
    first, second, third = drawn(connection)[:3]
    send(client, f"/staff/checks/{first.draw_id}/{first.id}", {"result": "right"})
    send(client, f"/staff/checks/{first.draw_id}/{second.id}", {"result": "right", "renew": "1"})
    send(client, f"/staff/checks/{first.draw_id}/{third.id}", {"result": "wrong", "renew": "1"})
    verified = dict(connection.execute(text("SELECT id, verified FROM projects")).all())  # type: ignore[arg-type]
    assert [(TODAY - verified[row.place_id]).days for row in (first, second, third)] == [40, 0, 40]
    reviewer = signed_in(app, connection, REVIEWER)
    assert 'name="renew"' not in reviewer.get(f"/staff/checks/{first.draw_id}").text
    answer = send(reviewer, f"/staff/checks/{first.draw_id}/{first.id}", {"result": "right", "renew": "1"})
    assert answer.status_code == 403


def test_what_was_wrong_leads_on_and_what_is_gone_meanwhile_is_shown(
    app: Flask, connection: Connection, here: list[int]
) -> None:
    client = signed_in(app, connection, EDITOR)
    draw(client, "5")
    row = drawn(connection)[0]
    send(client, f"/staff/checks/{row.draw_id}/{row.id}", {"result": "unreachable"})
    page = client.get(f"/staff/checks/{row.draw_id}").text
    assert f'action="/staff/places/projects/{row.place_id}/edit"' in page
    assert "/staff/phone?phone=" in page
    connection.execute(text("DELETE FROM projects WHERE id = :id"), {"id": row.place_id})
    assert "条目已经不在了" in client.get(f"/staff/checks/{row.draw_id}").text
    gone = send(client, f"/staff/checks/{row.draw_id}/{row.id}", {"result": "right", "renew": "1"})
    assert gone.status_code == 404


def test_the_workbook_has_every_place_and_no_formula(app: Flask, connection: Connection, here: list[int]) -> None:
    client = signed_in(app, connection, EDITOR)
    draw(client, "5")
    row = drawn(connection)[0]
    send(client, f"/staff/checks/{row.draw_id}/{row.id}", {"result": "wrong", "note": "=HYPERLINK(1)"})
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/staff/checks/{row.draw_id}.xlsx").data))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 7
    assert rows[1][4:6] == ("内容不对", "'=HYPERLINK(1)")
    assert all(cell.data_type != "f" for line in book.active.iter_rows() for cell in line)
    assert connection.execute(select(Audit.action).order_by(Audit.id.desc())).scalar() == "check_export"


def test_the_sentence_of_the_examples() -> None:
    assert Accuracy(20, 18, 16).sentence(untranslated) == "抽查 20 条，核对 18 条，对的 16 条，准确率 89%（67%–97%）"


@given(st.integers(5, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_the_interval_is_wilsons(pair: tuple[int, int]) -> None:
    n, right = pair
    low, high = Accuracy(n, n, right).interval
    assert -1e-12 <= low <= right / n + 1e-12
    assert right / n - 1e-12 <= high <= 1 + 1e-12
    for edge in (low, high):  # where p differs from the edge by exactly z standard errors of the edge
        if 1e-9 < edge < 1 - 1e-9:
            assert abs(edge - right / n) == pytest.approx(1.959963984540054 * (edge * (1 - edge) / n) ** 0.5, abs=1e-9)


def test_pages_speak_english(app: Flask, connection: Connection, here: list[int]) -> None:
    client = signed_in(app, connection, EDITOR)
    draw(client)
    assert client.get("/staff/checks?lang=en").status_code == 200
    assert client.get(f"/staff/checks/{drawn(connection)[0].draw_id}?lang=en").status_code == 200
    assert not re.findall(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", client.get("/staff/checks").text)
