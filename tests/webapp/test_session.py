"""The session: begun, ended on the server, run out; what a page of staff answers to nobody; forms with a token."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, select, text, update

from tests.staff import CITY_ADMIN, EDITOR, account, as_account, send, signed_in
from tests.webapp.test_headers import DATA, PAGES
from webapp import db, session
from webapp.models import Account, Audit, SignIn


def later(app: Flask, monkeypatch: pytest.MonkeyPatch, **after: int) -> None:
    moment = app.extensions["clock"]() + dt.timedelta(**after)
    monkeypatch.setitem(app.extensions, "clock", lambda: moment)


def test_nobody_is_sent_to_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/account/?lang=en")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/sign-in?next=/account/?lang%3Den&lang=en"
    assert client.get("/account/", headers={"Accept": "application/json"}).status_code == 401
    assert client.get("/staff/").status_code == 302


def test_somebody_sees_their_title_and_no_cache_keeps_it(app: Flask, connection: Connection) -> None:
    answer = signed_in(app, connection, EDITOR, title="犍为县人社局·编辑").get("/account/")
    assert answer.status_code == 200
    assert "犍为县人社局·编辑" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_cookie_is_out_of_reach(app: Flask) -> None:
    flags = app.test_client().get("/account/sign-in").headers["Set-Cookie"]
    assert flags.startswith("guiyan=")
    assert "HttpOnly" in flags
    assert "SameSite=Lax" in flags


@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_public_answers_are_the_same_for_whoever_is_signed_in(path: str, app: Flask, connection: Connection) -> None:
    answer = signed_in(app, connection, EDITOR).get(path)
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers


def test_a_cookie_kept_from_before_signing_out_is_refused(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, EDITOR)
    kept = client.get_cookie("guiyan")
    assert kept is not None
    assert send(client, "/account/sign-out").status_code == 303
    thief = app.test_client()
    thief.set_cookie("guiyan", kept.value)
    assert thief.get("/account/").status_code == 302
    assert connection.execute(select(Audit.action).order_by(Audit.id.desc())).scalar() == "sign_out"


def test_a_session_ends_when_it_lies_idle(app: Flask, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, connection, EDITOR)
    later(app, monkeypatch, minutes=479)
    assert client.get("/account/").status_code == 200
    later(app, monkeypatch, minutes=479)
    assert client.get("/account/").status_code == 200, "the first click was seen"
    later(app, monkeypatch, minutes=481)
    assert client.get("/account/").status_code == 302


def test_a_busy_session_ends_after_a_day(app: Flask, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, connection, EDITOR)
    for _hour in range(23):
        later(app, monkeypatch, hours=1)
        assert client.get("/account/").status_code == 200
    later(app, monkeypatch, hours=1, minutes=1)
    assert client.get("/account/").status_code == 302


def test_seen_is_written_at_most_once_a_minute(
    app: Flask, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app, connection, EDITOR)
    seen = select(SignIn.seen_at)
    first = connection.execute(seen).scalar_one()
    later(app, monkeypatch, seconds=59)
    client.get("/account/")
    assert connection.execute(seen).scalar_one() == first
    later(app, monkeypatch, seconds=2)
    client.get("/account/")
    assert connection.execute(seen).scalar_one() == first + dt.timedelta(seconds=61)


def test_a_blocked_account_is_out_at_once(app: Flask, connection: Connection) -> None:
    id_ = account(connection, EDITOR)
    client = as_account(app, connection, id_)
    connection.execute(update(Account).where(Account.id == id_).values(active=False))
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("demo", [True, False])
def test_a_demo_account_is_nobody_where_the_public_comes(demo: bool, app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, EDITOR, demo=demo)
    assert client.get("/account/").status_code == 200
    client.set_cookie("guiyan", client.get_cookie("guiyan").value, domain="map.example.org")  # type: ignore[union-attr]
    assert client.get("/account/", base_url="http://map.example.org").status_code == (302 if demo else 200)
    for host in ("[::1", "a b", "map.example.org:x"):
        assert client.get("/account/", headers={"Host": host}).status_code in (200, 302, 400), "never a 500"


OURS = {"Origin": "http://localhost"}


def test_a_form_without_its_token_is_refused_and_can_be_sent_again(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, EDITOR)
    for data in ({}, {"csrf_token": "x"}):
        answer = client.post("/account/sign-out", data={**data, "words": 'a"<b>写了很久'}, headers=OURS)
        assert answer.status_code == 400
        assert "写的内容还在" in answer.text
        assert 'name="words" value="a&#34;&lt;b&gt;写了很久"' in answer.text
    assert client.get("/account/").status_code == 200
    again = re.search(r'class="again"><input type="hidden" name="csrf_token" value="([^"]+)"', answer.text)
    assert again is not None
    assert client.post("/account/sign-out", data={"csrf_token": again[1]}).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://[::1"},
        {**OURS, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_sites_form_gets_no_token_from_us(headers: dict[str, str], app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, EDITOR)
    answer = client.post("/account/sessions/end", data={"words": "planted"}, headers=headers)
    assert answer.status_code == 400
    assert "planted" not in answer.text
    stranger = app.test_client().post("/account/sessions/end", headers=headers)
    assert "Set-Cookie" not in stranger.headers, "it would sign out whoever is signed in"


def test_passwords_are_never_sent_back(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, EDITOR)
    answer = client.post("/account/password", data={"old": "geheim", "new": "geheim", "other": "x"}, headers=OURS)
    assert answer.status_code == 400
    assert "geheim" not in answer.text
    assert "再来一次" in answer.text


def test_a_form_sent_after_the_end_of_a_session_is_kept(
    app: Flask, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app, connection, CITY_ADMIN)
    later(app, monkeypatch, hours=9)
    answer = send(client, "/staff/people/new", {"title": "写了很久"}, headers=OURS)
    assert answer.status_code == 401
    assert 'value="写了很久"' in answer.text
    assert "另开一页登录" in answer.text


def test_a_form_left_open_over_the_end_of_a_session_can_still_be_sent(app: Flask, connection: Connection) -> None:
    id_ = account(connection, EDITOR)
    client = as_account(app, connection, id_)
    with app.test_request_context(headers={"Cookie": f"guiyan={client.get_cookie('guiyan').value}"}):  # type: ignore[union-attr]
        before = session.cookie[session.CSRF]
        session.begin(connection, id_)
        assert session.cookie[session.CSRF] == before
        session.begin(connection, account(connection, EDITOR))
        assert session.CSRF not in session.cookie, "another account's forms are its own"


def test_no_session_outlives_the_sign_in_that_replaces_it(app: Flask, connection: Connection) -> None:
    id_ = account(connection, EDITOR)
    client = as_account(app, connection, id_)
    with app.test_request_context(headers={"Cookie": f"guiyan={client.get_cookie('guiyan').value}"}):  # type: ignore[union-attr]
        session.begin(connection, id_)
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("held", [EDITOR, CITY_ADMIN])
def test_staff_begin_where_they_may_do_something(held: session.Held, app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, held)
    answer = client.get("/staff/", follow_redirects=True)
    assert answer.status_code == 200


def test_writing_commits_or_undoes(whole_app: Flask, engine: Engine) -> None:
    kept = whole_app.extensions.pop("connection", None)
    try:
        with whole_app.app_context():
            before = db.connection().execute(text("SELECT count(*) FROM loaded")).scalar_one()
            with db.writing() as writing:
                writing.execute(text("INSERT INTO loaded VALUES ('x', 'y', '2026-01-01')"))
            assert db.connection().execute(text("SELECT count(*) FROM loaded")).scalar_one() == before + 1
            with pytest.raises(ZeroDivisionError), db.writing() as writing:
                writing.execute(text("DELETE FROM loaded"))
                1 / 0  # noqa: B018
            with db.writing() as writing:
                assert writing.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
                assert writing.execute(text("DELETE FROM loaded WHERE name = 'x'")).rowcount == 1
            assert db.connection().execute(text("SELECT count(*) FROM loaded")).scalar_one() == before
    finally:
        if kept is not None:
            whole_app.extensions["connection"] = kept
