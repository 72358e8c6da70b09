"""Counting: sums of a day without a person in them, bounded whatever is sent; channels; the page and its workbook."""

from __future__ import annotations

import datetime as dt
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, func, insert, select

import layers
from layers.areas import Areas
from tests.places import TODAY, put, values
from tests.staff import EDITOR, REVIEWER, send, signed_in
from tests.surfaces import xlsx_rows
from tests.views import kept
from webapp.counting import adding, bars, channels
from webapp.counting.adding import MOST_HOSTS, OTHERS, Told
from webapp.counting.models import Channel, Tally
from webapp.counting.pace import ALL_PER_SECOND, PER_MINUTE, Pace
from webapp.counting.report import Line
from webapp.models import Account
from webapp.permissions import Held, Role

PROJECTS = layers.get("projects")
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 13) MicroMessenger/8.0"}


@pytest.fixture(autouse=True)
def fresh_pace(app: Flask) -> None:
    app.extensions["pace"] = Pace()


@pytest.fixture
def place(connection: Connection, areas: Areas) -> int:
    (id_,) = put(connection, PROJECTS, areas, values(PROJECTS, 1, name="茶叶加工点"))
    return id_


def tell(client: FlaskClient, headers: dict[str, str] | None = None, **told: Any) -> int:
    """Send a beacon as a page does; the status."""
    body = json.dumps({"kind": "view", **told})
    answer = client.post("/count", data=body, content_type="text/plain", headers={**BROWSER, **(headers or {})})
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    return answer.status_code


def sums(connection: Connection) -> dict[tuple[Any, ...], int]:
    columns = (Tally.kind, Tally.channel, Tally.area, Tally.layer, Tally.place_id, Tally.view, Tally.host)
    return {tuple(row[:-1]): row.n for row in connection.execute(select(*columns, Tally.n))}


def channel(connection: Connection, code: str = "daba", area: str = "511123") -> None:
    made = insert(Account).values(name=f"c-{code}", title="x").returning(Account.id)
    account = connection.execute(made).scalar_one()
    connection.execute(insert(Channel).values(code=code, title="大巴", area=area, account_id=account))


def test_what_happened_becomes_a_sum_of_the_day(
    client: FlaskClient, connection: Connection, areas: Areas, place: int
) -> None:
    channel(connection)
    slug = kept(client, connection, areas, [("layers", "projects"), ("area", "511123")])
    for _n in range(3):
        assert tell(client, layer="projects", area="511123", ch="daba") == 204
    assert tell(client, kind="place", layer="projects", place=place) == 204
    assert tell(client, kind="phone", layer="projects", place=place, ch="daba") == 204
    assert tell(client, view=slug, host="www.leshan.gov.cn", layer="projects") == 204
    assert sums(connection) == {
        ("view", "daba", "511123", "projects", 0, "", ""): 3,
        ("place", "", "511123", "projects", place, "", ""): 1,
        ("phone", "daba", "511123", "projects", place, "", ""): 1,
        ("view", "", "510000", "projects", 0, slug, "www.leshan.gov.cn"): 1,
    }
    assert connection.execute(select(Tally.day).distinct()).scalars().all() == [TODAY]


def test_whoever_does_not_want_to_be_counted_is_not(client: FlaskClient, connection: Connection, place: int) -> None:
    for headers in ({"DNT": "1"}, {"Sec-GPC": "1"}, {"User-Agent": "Baiduspider/2.0"}, {"User-Agent": "Googlebot/2.1"}):
        assert tell(client, headers=headers, layer="projects") == 204
    assert sums(connection) == {}


def test_what_nobody_keeps_counts_under_nothing(
    client: FlaskClient, connection: Connection, areas: Areas, place: int
) -> None:
    slug = kept(client, connection, areas, [("layers", "projects"), ("area", "511123")])
    (draft,) = put(connection, PROJECTS, areas, values(PROJECTS, 2, status="draft"))
    tell(client, ch="nobody", view="no-such-view", area="999999", layer="wells", host="a b")
    tell(client, view=slug, host="evil.example")
    tell(client, kind="place", layer="projects", place=draft)
    tell(client, kind="place", layer="projects", place=10**15)
    tell(client, kind="phone")
    assert sums(connection) == {
        ("view", "", "", "", 0, "", OTHERS): 1,
        ("view", "", "510000", "", 0, slug, OTHERS): 1,
    }


def test_the_hosts_of_a_day_are_bounded(client: FlaskClient, connection: Connection) -> None:
    row = {"day": TODAY, "channel": "", "kind": "view", "area": "", "layer": "", "place_id": 0, "view": "", "n": 1}
    connection.execute(insert(Tally), [{**row, "host": f"h{n}.cn"} for n in range(MOST_HOSTS)])
    tell(client, host="one-more.cn")
    tell(client, host="h7.cn")
    found = sums(connection)
    assert ("view", "", "", "", 0, "", "one-more.cn") not in found
    assert found["view", "", "", "", 0, "", OTHERS] == 1
    assert found["view", "", "", "", 0, "", "h7.cn"] == 2


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"kind":"hack"}', b'{"kind":["view"]}', b'{"kind":"view","x":1}',
        b'{"kind":"view","place":"1"}', b'{"kind":"view","place":-1}', b'{"kind":"view","place":1e400}',
        b'{"kind":"view","place":true}', b'{"kind":"view","place":99999999999999999999}', b'{"kind":"view","host":null}',
        b'{"kind":"view","ch":"\\u0000"}', b'{"kind":"view","ch":"' + b"x" * 200 + b'"}', b"[" * 900,
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_words(body: bytes, client: FlaskClient, connection: Connection) -> None:
    answer = client.post("/count", data=body, content_type="text/plain")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json(force=True)["detail"]
    assert sums(connection) == {}
    assert client.post("/count", data=b"x" * 5000).status_code == 413
    assert client.get("/count").status_code == 405


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["kind", "layer", "place", "area", "view", "ch", "host", "other"]),
        st.one_of(
            st.text(max_size=130), st.integers(), st.none(), st.booleans(), st.sampled_from(["view", "projects"])
        ),
    )
)
def test_nothing_that_is_sent_breaks_it(app: Flask, told: dict[str, Any]) -> None:
    app.extensions["pace"] = Pace()
    answer = app.test_client().post("/count", data=json.dumps(told), headers=BROWSER)
    assert answer.status_code in (204, 400)


def test_one_asker_and_all_together_are_slowed(client: FlaskClient, connection: Connection) -> None:
    told = [tell(client) for _n in range(PER_MINUTE + 5)]
    assert told == [204] * PER_MINUTE + [429] * 5
    assert sum(sums(connection).values()) == PER_MINUTE
    pace = Pace()
    assert sum(pace.allows(f"asker{n}", 0.5) for n in range(10_000)) == ALL_PER_SECOND
    assert pace.allows("asker1", 61.0)
    assert len(pace._askers) == 1, "the minute before is forgotten"


def test_counting_is_quick_and_keeps_no_address(client: FlaskClient, connection: Connection, place: int) -> None:
    started = time.perf_counter()
    for _n in range(40):
        tell(client, kind="place", layer="projects", place=place)
    assert time.perf_counter() - started < 4
    names = {column.name for column in Tally.__table__.columns}
    assert names == {"day", "channel", "kind", "area", "layer", "place_id", "view", "host", "n"}


def test_a_channel_is_carried_by_links_codes_and_posters_and_by_no_canonical_address(
    client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    channel(connection)
    asked = "layers=projects&area=511123"
    plain, by = client.get(f"/?{asked}"), client.get(f"/?{asked}&ch=daba")
    assert plain.data == by.data, "the same page, so that a cache may keep one"
    assert plain.headers["ETag"] == by.headers["ETag"]
    share = client.get(f"/share?{asked}&ch=daba").text
    assert "&amp;ch=daba" in share
    assert 'rel="canonical" href="' in share and "ch=daba" not in share.split('rel="canonical"')[1].split(">")[0]
    assert client.get(f"/qr.svg?{asked}&ch=daba").text.count("ch=daba") == 1
    assert "ch=" not in client.get(f"/qr.svg?{asked}").text
    assert client.get(f"/qr.svg?{asked}&ch=nobody").status_code == 400
    assert client.get(f"/share?{asked}&ch=nobody").status_code == 200
    kit = client.get(f"/kit?{asked}&ch=daba").text
    assert "ch=daba" in kit
    from webapp import asked as asking  # not before the application is put together
    from webapp.posters import gather

    with client.application.test_request_context(f"/poster.png?{asked}&size=a4&kind=list&ch=daba"):
        wanted = asking.poster(strict=True)
        assert gather.content(wanted).url.endswith("&ch=daba")
        assert ("ch", "daba") in wanted.params(), "another picture than without it"
    slug = kept(client, connection, areas, [("layers", "projects"), ("area", "511123")])
    assert "&ch=daba#v=" in client.get(f"/v/{slug}?ch=daba").headers["Location"]
    assert "ch=" not in client.get(f"/v/{slug}?ch=nobody").headers["Location"]


def test_an_office_keeps_its_own_channels(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, EDITOR)
    assert "加上常用的：驿站、大巴、公众号、海报" in client.get("/staff/channels").text
    assert send(client, "/staff/channels", {"usual": "1", "area": "511123"}).status_code == 303
    rows = connection.execute(select(Channel.code, Channel.title).order_by(Channel.id)).all()
    assert [row.title for row in rows] == ["驿站", "大巴", "公众号", "海报"]
    assert all(channels.CODE.fullmatch(row.code) for row in rows)
    assert "加上常用的" not in client.get("/staff/channels").text
    neighbour = signed_in(app, connection, Held(Role.EDITOR, "511124"))
    assert send(neighbour, "/staff/channels", {"title": "大巴", "area": "511124"}).status_code == 303
    assert connection.execute(select(func.count(func.distinct(Channel.code)))).scalar_one() == 5, "no code twice"
    assert send(neighbour, "/staff/channels", {"title": "x", "area": "511123"}).status_code == 403
    assert send(neighbour, f"/staff/channels/{rows[0].code}", {"on": "0"}).status_code == 403
    assert send(client, "/staff/channels", {"title": "", "area": "511123"}).status_code == 422
    assert send(client, "/staff/channels", {"title": "长" * 30, "area": "511123"}).status_code == 422
    assert send(client, "/staff/channels/nothing", {"on": "0"}).status_code == 422
    assert send(client, f"/staff/channels/{rows[0].code}", {"title": "青神驿站"}).status_code == 303
    assert send(client, f"/staff/channels/{rows[1].code}", {"on": "0"}).status_code == 303
    assert "青神驿站" in client.get("/staff/channels").text


def counted(connection: Connection, **more: Any) -> None:
    row = {"day": TODAY, "channel": "", "kind": "view", "area": "511123", "layer": "projects", "place_id": 0,
           "view": "", "host": "", "n": 1}  # fmt: skip
    connection.execute(insert(Tally).values(**{**row, **more}))


def test_the_page_and_the_workbook_say_the_same(app: Flask, connection: Connection, areas: Areas, place: int) -> None:
    channel(connection)
    counted(connection, n=700, channel="daba")
    counted(connection, n=30, kind="place", place_id=place)
    counted(connection, n=4, kind="phone", place_id=place, channel="daba")
    counted(connection, n=50, day=TODAY - dt.timedelta(days=6), host="www.leshan.gov.cn")
    counted(connection, n=9999, day=TODAY - dt.timedelta(days=60))
    counted(connection, n=8888, area="511124")
    counted(connection, n=7777, area="")
    slug = kept(app.test_client(), connection, areas, [("layers", "projects"), ("area", "511123")])
    counted(connection, n=6, view=slug, area="511123", day=TODAY - dt.timedelta(days=2))
    client = signed_in(app, connection, EDITOR)
    page = client.get("/staff/counts?days=7")
    assert page.status_code == 200
    assert "打开页面 756 次，看条目 30 次，点电话 4 次" in page.text
    for words in (f"/v/{slug}", "大巴", "茶叶加工点", "www.leshan.gov.cn", "本站", "不经渠道"):
        assert words in page.text
    assert page.text.count("<rect") >= 4
    assert page.headers["Cache-Control"] == "no-store"
    rows = xlsx_rows(client.get("/staff/counts.xlsx?days=7").data)
    assert sum(row[-1] for row in rows[1:]) == 790
    assert {row[1] for row in rows[1:]} == {"大巴", None}
    assert "8888" not in page.text and "9999" not in page.text
    assert client.get("/staff/counts?days=8").status_code == 400
    assert signed_in(app, connection, REVIEWER).get("/staff/counts").status_code == 200
    city = signed_in(app, connection, Held(Role.EDITOR, "511100")).get("/staff/counts?days=7").text
    assert str(756 + 8888) in city
    province = signed_in(app, connection, Held(Role.EDITOR, "510000")).get("/staff/counts?days=7").text
    assert str(756 + 8888 + 7777) in province
    assert app.test_client().get("/staff/counts").status_code == 302


@pytest.mark.parametrize("top", [0, 1, 3, 7, 19, 101, 9999])
def test_bars_fit_their_picture(top: int) -> None:
    lines = [Line(f"2026-11-{n:02}", top, top // 2, top // 3) for n in range(1, 31)]
    made = bars.draw(lines)
    for bar in made.bars:
        assert bar.x >= 0 and bar.x + bar.width <= bars.WIDTH + 0.1
        assert all(y >= 0 and y + high <= bars.HEIGHT for _kind, y, high in bar.parts)
    assert made.scale[-1][1] >= top + top // 2 + top // 3
    assert sum(bool(bar.label) for bar in made.bars) <= bars.LABELS


def test_many_at_once_lose_nothing(whole_app: Flask, engine: Engine, areas: Areas) -> None:
    def some(_n: int) -> None:
        for _m in range(10):
            with whole_app.app_context(), engine.begin() as connection:
                adding.add(connection, areas, TODAY, Told("view", host="many.example"))

    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(some, range(16)))
        with engine.connect() as connection:
            assert connection.execute(select(Tally.host, Tally.n)).all() == [("many.example", 160)]
    finally:
        with engine.begin() as connection:
            connection.execute(delete(Tally))
