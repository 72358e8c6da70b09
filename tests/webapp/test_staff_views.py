"""Saved views at the desk: within one's grant, told when wrong, one correction everywhere, history, hosts."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, delete, select

import layers
from layers.areas import Areas
from layers.view import View
from tests.desks import desk, person
from tests.staff import ADMIN, CITY_ADMIN, EDITOR, REVIEWER, send, signed_in
from webapp import db
from webapp.errors import BadValue
from webapp.models import Audit
from webapp.permissions import Held, Role
from webapp.saved import hosts, keeping
from webapp.saved.keeping import Wanted
from webapp.saved.models import SavedVersion, SavedView
from webapp.saved.reading import Options

CITY, PROVINCE = Held(Role.EDITOR, "511100"), Held(Role.EDITOR, "510000")


def fields(
    client: FlaskClient, path: str = "/?layers=projects,parks&area=511123&projects.budget=..30", **more: Any
) -> Any:
    base = client.application.config["SETTINGS"].public_url
    return {
        "url": base + path, "title": "犍为 30 万元内", "caption": "每周更新", "slug": "", "lock": "all",
        "hosts": "www.leshan.gov.cn\nhttp://10.1.2.3:8080/page?x=1", "height": "600", "list": "1",
        "frame": "still", "lang": "", "area": "511123", **more,
    }  # fmt: skip


def make(client: FlaskClient, **more: Any) -> Any:
    return send(client, "/staff/views/new", fields(client, **more))


def only(connection: Connection) -> Any:
    return connection.execute(select(SavedView.__table__)).one()


def test_a_view_is_named_and_given_out(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, EDITOR)
    assert client.get("/staff/views").status_code == 200
    new = client.get("/staff/views/new", query_string={"url": fields(client)["url"]})
    assert "30 万元" in new.text, "what the address means is said"
    answer = make(client)
    assert answer.status_code == 303, answer.text
    row = only(connection)
    assert re.fullmatch(r"[a-z0-9-]{3,40}", row.slug)
    assert row.slug.startswith("qianwei")
    assert row.hosts == ["https://www.leshan.gov.cn", "http://10.1.2.3:8080"]
    assert dict(row.params)["at"], "the map stays where it stands"
    page = client.get(answer.headers["Location"]).text
    assert f"/embed/{row.slug}" in page
    assert f"data-slug=&#34;{row.slug}&#34;" in page
    assert "犍为 30 万元内" in client.get("/staff/views").text
    assert connection.execute(select(Audit.action)).scalars().all() == ["view_made"]
    again = make(client)
    assert again.headers["Location"].endswith(f"{row.slug}-2"), "a proposed name gets a number"
    assert make(client, slug=row.slug).status_code == 422, "a chosen one is refused"


@pytest.mark.parametrize(
    ("held", "path", "more", "status"),
    [
        (EDITOR, "/projects?area=511123", {}, 303),
        (EDITOR, "/areas/511123", {}, 303),
        (EDITOR, "/projects?area=511124", {}, 403),
        (EDITOR, "/projects?area=511123,511124", {}, 403),
        (EDITOR, "/projects?area=511100", {}, 403),
        (EDITOR, "/?layers=projects", {}, 403),
        (EDITOR, "/?layers=projects&area=511123", {"area": "511100"}, 403),
        (CITY, "/?layers=projects&q=%E8%8C%B6", {"area": "511100"}, 403),
        (CITY, "/?layers=projects&area=511124", {"area": "511100"}, 303),
        (CITY, "/?layers=projects&area=Z511101", {"area": "511100"}, 303),
        (PROVINCE, "/?layers=projects", {"area": "510000"}, 303),
        (PROVINCE, "/?layers=projects&area=411600", {"area": "510000"}, 403),
        (Held(Role.EDITOR, "511123", ("parks",)), "/?layers=projects,parks&area=511123", {}, 403),
        (Held(Role.EDITOR, "511123", ("parks",)), "/?layers=parks&area=511123", {}, 303),
    ],
)
def test_every_question_must_lie_within_the_grant(
    held: Held, path: str, more: dict[str, str], status: int, app: Flask, connection: Connection
) -> None:
    client = signed_in(app, connection, held)
    answer = make(client, path=path, **more)
    assert answer.status_code == status, answer.text[:200]
    if status == 403:
        assert "不管的地方" in answer.text, "the form is shown again with the reason"
        assert connection.execute(select(SavedView.id)).first() is None


def test_who_makes_no_views_sees_none(app: Flask, connection: Connection) -> None:
    make(signed_in(app, connection, EDITOR))
    slug = only(connection).slug
    for held in (REVIEWER, ADMIN, Held(Role.EDITOR, "511123100")):
        client = signed_in(app, connection, held)
        for path in ("/staff/views", "/staff/views/new", f"/staff/views/{slug}", "/staff/channels"):
            assert client.get(path).status_code == 403, (held, path)
        assert make(client).status_code == 403
    neighbour = signed_in(app, connection, Held(Role.EDITOR, "511124"))
    assert neighbour.get(f"/staff/views/{slug}").status_code == 403
    for path in ("", "/restore", "/switch"):
        assert send(neighbour, f"/staff/views/{slug}{path}", fields(neighbour, n="1", on="0")).status_code == 403
    assert app.test_client().get("/staff/views").status_code == 302
    assert signed_in(app, connection, EDITOR).get("/staff/views/nothing-here").status_code == 404


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"url": ""}, "贴进来"),
        ({"url": "https://example.org/?area=511123"}, "不是本站"),
        ({"url": "http://[::1"}, "不是本站"),
        ({"path": "/staff/views"}, "不是本站"),
        ({"path": "/?area=nowhere"}, "area"),
        ({"title": ""}, "1 到 40"),
        ({"title": "字" * 41}, "1 到 40"),
        ({"hosts": ""}, "一行写一个网站"),
        ({"hosts": "javascript:alert(1)"}, "域名"),
        ({"hosts": "a.gov.cn;script-src *"}, "域名"),
        ({"hosts": "https://u:p@a.gov.cn"}, "域名"),
        ({"height": "99999"}, "240"),
        ({"height": "x"}, "240"),
        ({"slug": "大图"}, "小写字母"),
        ({"slug": "new"}, "小写字母"),
        ({"lock": "some", "locked": "projects.industry"}, "重新选"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    more: dict[str, str], words: str, app: Flask, connection: Connection
) -> None:
    answer = make(signed_in(app, connection, EDITOR), **more)
    assert answer.status_code == 422
    assert words in answer.text
    assert "每周更新" in answer.text
    assert connection.execute(select(SavedView.id)).first() is None


def test_one_correction_reaches_every_page_and_can_be_undone(app: Flask, connection: Connection) -> None:
    client, public = signed_in(app, connection, EDITOR), app.test_client()
    make(client, lock="some", locked=["area"])
    slug = only(connection).slug
    first = public.get(f"/embed/{slug}").text
    corrected = fields(client, "/?layers=parks&area=511123", title="犍为的园区", hosts="*", version="1", frame="follow")
    assert send(client, f"/staff/views/{slug}", corrected).status_code == 303
    second = public.get(f"/embed/{slug}")
    assert "犍为的园区" in second.text and "犍为的园区" not in first
    assert "frame-ancestors *" in second.headers["Content-Security-Policy"]
    late = send(client, f"/staff/views/{slug}", {**corrected, "title": "晚了一步", "version": "1"})
    assert late.status_code == 409
    assert "晚了一步" in late.text and 'name="version" value="2"' in late.text
    assert only(connection).title == "犍为的园区"
    assert send(client, f"/staff/views/{slug}", {**corrected, "title": "再来", "version": "2"}).status_code == 303
    assert send(client, f"/staff/views/{slug}/restore", {"n": "1"}).status_code == 303
    row = only(connection)
    assert (row.title, row.version, row.locked) == ("犍为 30 万元内", 4, ["area"])
    assert (
        "frame-ancestors https://www.leshan.gov.cn" in public.get(f"/embed/{slug}").headers["Content-Security-Policy"]
    )
    kept = connection.execute(select(SavedVersion.n, SavedVersion.action).order_by(SavedVersion.n)).all()
    assert [tuple(step) for step in kept] == [(1, "made"), (2, "saved"), (3, "saved"), (4, "restored")]
    for n in ("99", "x", "-1", ""):
        assert send(client, f"/staff/views/{slug}/restore", {"n": n}).status_code == 404
    send(client, f"/staff/views/{slug}/switch", {"on": "0"})
    assert public.get(f"/embed/{slug}").status_code == 410
    send(client, f"/staff/views/{slug}/switch", {"on": "1"})
    assert public.get(f"/embed/{slug}").status_code == 200


def test_a_version_wider_than_the_grant_is_not_brought_back(app: Flask, connection: Connection) -> None:
    city = signed_in(app, connection, CITY)
    make(city, path="/?layers=projects&area=511124")
    slug = only(connection).slug
    send(city, f"/staff/views/{slug}", fields(city, version="1"))
    county = signed_in(app, connection, EDITOR)
    assert county.get(f"/staff/views/{slug}").status_code == 200
    assert send(county, f"/staff/views/{slug}/restore", {"n": "1"}).status_code == 403


def test_hosts_are_origins_and_nothing_else() -> None:
    assert hosts.parse(" www.x.cn\nhttps://WWW.x.cn/a?b ") == ["https://www.x.cn"]
    assert hosts.parse("政务.中国") == ["https://" + "政务.中国".encode("idna").decode()]
    assert hosts.parse("*.x.gov.cn:8443") == ["https://*.x.gov.cn:8443"]
    for raw in ("* a.cn", "ftp://a.cn", "a b;c", "https://*.*", "'none'", "http://", "x" * 300, "a.cn " * 50 + "b;"):
        with pytest.raises(BadValue):
            hosts.parse(raw)
    assert hosts.names(["https://*.x.cn"], "www.x.cn")
    assert not hosts.names(["https://*.x.cn"], "evilx.cn")
    assert not hosts.names(["https://x.cn"], "x.cn.evil.org")
    assert keeping.proposed("全部") and keeping.SLUG.fullmatch(keeping.proposed("a"))
    assert keeping.SLUG.fullmatch(keeping.proposed("new")) and keeping.SLUG.fullmatch(keeping.proposed("!!!"))


def test_the_widest_pages_need_no_more_than_the_desk(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, CITY_ADMIN)
    assert client.get("/staff/views").status_code == 403
    assert "/staff/views" not in client.get("/staff/people").text


def test_of_two_who_save_at_once_one_is_told(shop: FlaskClient, areas: Areas) -> None:
    with shop.application.app_context():
        engine = db.engine()
    params = [("layers", "projects"), ("area", "511123")]
    view = View.parse(layers.LAYERS, params, areas)

    def wanted(title: str) -> Wanted:
        return Wanted(title, "", view, ["*"], ["*"], Options(), "511123")

    with shop.application.app_context(), engine.begin() as connection:
        who = person(connection, "two-at-once", EDITOR)
        keeping.make(desk(connection, who, areas), "two-at-once", wanted("一"))

    def save(title: str) -> str:
        try:
            with shop.application.app_context(), engine.begin() as connection:
                keeping.save(desk(connection, who, areas), "two-at-once", 1, wanted(title))
        except keeping.Stale:
            return "stale"
        return "saved"

    try:
        with ThreadPoolExecutor(6) as pool:
            told = list(pool.map(save, "甲乙丙丁戊己"))
        assert sorted(told) == ["saved", *["stale"] * 5]
        with engine.connect() as connection:
            assert connection.execute(select(SavedVersion.n).order_by(SavedVersion.n)).scalars().all() == [1, 2]
    finally:
        with engine.begin() as connection:
            for table in (SavedVersion, SavedView):
                connection.execute(delete(table))
