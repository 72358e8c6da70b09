"""Signing in and what it takes: passwords, codes, links, and how guessing is slowed down."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import threading
from urllib.parse import quote

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select, text, update
from werkzeug.test import TestResponse

from tests.staff import ADMIN, EDITOR, QUICK, account, as_account, send
from tests.webapp.test_session import later
from webapp import audit, passwords, reset, session, two_step
from webapp.models import Account, Audit, ResetLink

GOOD = "一条长长的河流过犍为"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)


def try_in(client: FlaskClient, name: str, password: str, after: str = "", **more: str) -> TestResponse:
    path = "/account/sign-in" + (f"?next={quote(after, safe='')}" if after else "")
    return send(client, path, {"name": name, "password": password}, **more)  # type: ignore[arg-type]


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


def actions(connection: Connection) -> list[str]:
    return list(connection.execute(select(Audit.action).order_by(Audit.id)).scalars())


def test_name_and_password_let_in_whatever_the_case_and_width(client: FlaskClient, connection: Connection) -> None:
    account(connection, EDITOR, name="li.ming", password=passwords._same(GOOD + "2026"))
    assert try_in(client, "  ＬＩ.Ming ", GOOD + "２０２６").status_code == 303
    assert is_in(client)
    assert actions(connection) == [audit.SIGNED_IN]


def test_an_old_digest_is_made_anew(client: FlaskClient, connection: Connection) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(GOOD)
    id_ = account(connection, EDITOR, name="old")
    connection.execute(update(Account).where(Account.id == id_).values(password=old))
    try_in(client, "old", GOOD)
    assert connection.execute(select(Account.password)).scalar_one() != old
    assert is_in(client)


@pytest.mark.parametrize("name", ["somebody", "nobody", "blocked", "unset", "", "\x00", "a" * 5000])
def test_a_wrong_try_says_the_same_for_every_name(name: str, client: FlaskClient, connection: Connection) -> None:
    account(connection, EDITOR, name="somebody", password=GOOD)
    account(connection, EDITOR, name="blocked", password=GOOD, active=False)
    account(connection, EDITOR, name="unset")
    answer = try_in(client, name, "x" if name == "somebody" else GOOD)
    assert answer.status_code == 422
    assert "账号或密码不对" in answer.text
    assert GOOD not in answer.text
    assert not is_in(client)


def test_the_name_stays_and_the_password_does_not(client: FlaskClient) -> None:
    answer = try_in(client, 'a"><b>', "geheim-geheim")
    assert 'value="a&#34;&gt;&lt;b&gt;"' in answer.text
    assert "geheim" not in answer.text


def test_a_name_that_nobody_has_costs_the_same_work(
    client: FlaskClient, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(type(QUICK), "verify", lambda self, kept, typed: asked.append(kept) or False)
    account(connection, EDITOR, name="somebody", password=GOOD)
    for name in ("somebody", "nobody"):
        try_in(client, name, "x")
    assert len(asked) == 2
    assert all(kept.startswith("$argon2id$") for kept in asked)


@pytest.mark.parametrize(
    "after",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example", "javascript:alert(1)", "evil.example", "/ok\r\nX: y"],
)  # fmt: skip
def test_nobody_is_sent_to_another_host(after: str, client: FlaskClient, connection: Connection) -> None:
    account(connection, EDITOR, name="somebody", password=GOOD)
    target = try_in(client, "somebody", GOOD, after).headers["Location"]
    assert target.startswith(("/account/", "/staff/"))


def test_one_comes_to_where_one_wanted_to_go(client: FlaskClient, connection: Connection) -> None:
    account(connection, EDITOR, name="somebody", password=GOOD)
    assert (
        try_in(client, "somebody", GOOD, "/account/password?lang=en").headers["Location"] == "/account/password?lang=en"
    )
    assert client.get("/account/sign-in?next=/data").headers["Location"] == "/data"


def test_fifty_wrong_passwords_are_slowed_and_say_so(
    app: Flask, client: FlaskClient, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(connection, EDITOR, name="somebody", password=GOOD)
    answers = [try_in(client, "somebody", f"wrong {n}") for n in range(50)]
    assert [a.status_code for a in answers] == [422] * 4 + [429] * 46
    assert actions(connection) == [audit.FAILED] * 5, "the others were not even tried"
    assert answers[-1].headers["Retry-After"] == "30"
    assert "请等 30 秒再试" in answers[-1].text
    assert try_in(client, "somebody", GOOD).status_code == 429, "a right one has to wait as well"
    later(app, monkeypatch, seconds=31)
    assert "请等 1 分钟再试" in try_in(client, "somebody", "wrong again").text
    later(app, monkeypatch, seconds=61)
    assert try_in(client, "somebody", GOOD).status_code == 303


def test_an_hour_of_guessing_tries_few(
    app: Flask, client: FlaskClient, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _second in range(0, 3600, 15):
        try_in(client, "somebody", "wrong")
        later(app, monkeypatch, seconds=15)
    assert len(actions(connection)) < 50


def test_signing_in_wipes_the_failures_of_the_name(client: FlaskClient, connection: Connection) -> None:
    account(connection, EDITOR, name="somebody", password=GOOD)
    for _round in range(3):
        for _try in range(4):
            assert try_in(client, "somebody", "wrong").status_code == 422
        assert try_in(client, "somebody", GOOD).status_code == 303
        send(client, "/account/sign-out")


def test_a_name_that_nobody_has_is_slowed_in_the_same_words(client: FlaskClient, connection: Connection) -> None:
    account(connection, EDITOR, name="somebody", password=GOOD)
    heads = []
    for name in ("somebody", "nobody"):
        answers = [try_in(client, name, "wrong") for _n in range(6)]
        heads.append([(a.status_code, a.headers.get("Retry-After"), a.text.replace(name, "")) for a in answers])
    clean = [[(s, r, re.sub(r'value="[^"]*"', "", t)) for s, r, t in answers] for answers in heads]
    assert clean[0] == clean[1]


def test_an_address_that_guesses_many_names_is_slowed(client: FlaskClient, connection: Connection) -> None:
    account(connection, EDITOR, name="somebody", password=GOOD)
    statuses = [try_in(client, f"name{n}", "wrong").status_code for n in range(32)]
    assert statuses == [422] * 29 + [429] * 3
    assert try_in(client, "somebody", GOOD).status_code == 429
    elsewhere = client.application.test_client()
    assert try_in(elsewhere, "somebody", GOOD, environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 303  # type: ignore[arg-type]


def test_a_whole_ipv6_network_counts_as_one(client: FlaskClient) -> None:
    for n in range(30):
        try_in(client, f"name{n}", "wrong", environ_base={"REMOTE_ADDR": f"2001:db8::{n}"})  # type: ignore[arg-type]
    assert try_in(client, "x", "wrong", environ_base={"REMOTE_ADDR": "2001:db8::ffff"}).status_code == 429  # type: ignore[arg-type]
    assert try_in(client, "x", "wrong", environ_base={"REMOTE_ADDR": "2001:db8:1::1"}).status_code == 422  # type: ignore[arg-type]


def test_a_forwarded_address_is_believed_only_from_trusted_proxies(client: FlaskClient, connection: Connection) -> None:
    try_in(client, "x", "wrong", headers={"X-Forwarded-For": "203.0.113.7"})  # type: ignore[arg-type]
    assert str(connection.execute(select(Audit.address)).scalar_one()) == "127.0.0.1"


def test_a_changed_password_ends_every_other_session(app: Flask, connection: Connection) -> None:
    id_ = account(connection, EDITOR, name="somebody", password=GOOD)
    here, elsewhere = as_account(app, connection, id_), as_account(app, connection, id_)
    new = {"new": "又一条长长的河向东流", "again": "又一条长长的河向东流"}
    assert send(here, "/account/password", {"old": "wrong", **new}).status_code == 422
    assert is_in(elsewhere)
    assert send(here, "/account/password", {"old": GOOD, **new}).status_code == 303
    assert is_in(here)
    assert not is_in(elsewhere)
    fresh = app.test_client()
    assert try_in(fresh, "somebody", GOOD).status_code == 422
    assert try_in(fresh, "somebody", new["new"]).status_code == 303


def test_guessing_the_old_password_counts_as_at_the_door(app: Flask, connection: Connection) -> None:
    here = as_account(app, connection, account(connection, EDITOR, name="somebody", password=GOOD))
    new = {"new": "又一条长长的河向东流", "again": "又一条长长的河向东流"}
    statuses = [send(here, "/account/password", {"old": f"wrong {n}", **new}).status_code for n in range(6)]
    assert statuses == [422] * 4 + [429] * 2
    assert send(here, "/account/password", {"old": GOOD, **new}).status_code == 429


@pytest.mark.parametrize(
    ("new", "again", "told"),
    [
        ("short", "short", "至少 10 个字"), ("x" * 200, "x" * 200, "最多"), ("somebody2026", "somebody2026", "不能就是账号名"),
        ("Qwertyuiop", "Qwertyuiop", "太常见"), ("aaaaaaaaaaab", "aaaaaaaaaaab", "太常见"), ("woaini1314520", "woaini1314520", "太常见"),
        ("又一条长长的河向东流", "又一条长长的河向西流", "两次输的不一样"),
    ],
)  # fmt: skip
def test_a_bad_new_password_is_told_why(new: str, again: str, told: str, app: Flask, connection: Connection) -> None:
    here = as_account(app, connection, account(connection, EDITOR, name="somebody", password=GOOD))
    answer = send(here, "/account/password", {"old": GOOD, "new": new, "again": again})
    assert answer.status_code == 422
    assert told in answer.text
    assert new not in answer.text


def test_the_list_of_common_passwords_is_what_it_says() -> None:
    assert 200 <= len(passwords.common()) <= 300
    assert all(len(word) >= passwords.SHORTEST and word == word.casefold() for word in passwords.common())


def switched_on(app: Flask, connection: Connection) -> tuple[FlaskClient, pyotp.TOTP]:
    here = as_account(app, connection, account(connection, EDITOR, name="somebody", password=GOOD))
    page = here.get("/account/two-step").text
    assert 'src="data:image/svg+xml' in page
    key = "".join(re.search(r'class="key">([^<]+)<', page)[1].split())  # type: ignore[index]
    codes = pyotp.TOTP(key)
    assert send(here, "/account/two-step", {"code": "000000"}).status_code == 422
    assert "".join(re.search(r'class="key">([^<]+)<', here.get("/account/two-step").text)[1].split()) == key  # type: ignore[index]
    assert send(here, "/account/two-step", {"code": codes.at(app.extensions["clock"]())}).status_code == 303
    return here, codes


def test_two_steps_ask_for_a_code_that_is_taken_once(
    app: Flask, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _here, codes = switched_on(app, connection)
    first, second = app.test_client(), app.test_client()
    assert (
        try_in(first, "somebody", GOOD, "/account/password").headers["Location"]
        == "/account/sign-in/code?next=/account/password"
    )
    assert not is_in(first)
    code = codes.at(app.extensions["clock"]())
    assert send(first, "/account/sign-in/code", {"code": code}).status_code == 422, "it was used to set it up"
    later(app, monkeypatch, seconds=30)
    code = codes.at(app.extensions["clock"]())
    typed = " " + code[:3] + " " + "".join(chr(ord(c) + 0xFEE0) for c in code[3:])
    assert send(first, "/account/sign-in/code?next=/data", {"code": typed}).headers["Location"] == "/data"
    assert is_in(first)
    assert try_in(second, "somebody", GOOD).status_code == 303
    assert send(second, "/account/sign-in/code", {"code": code}).status_code == 422, "nobody takes a code twice"
    assert not is_in(second)


def test_codes_cannot_be_guessed_fast(app: Flask, connection: Connection) -> None:
    switched_on(app, connection)
    client = app.test_client()
    try_in(client, "somebody", GOOD)
    statuses = [send(client, "/account/sign-in/code", {"code": f"{n:06}"}).status_code for n in range(10)]
    assert statuses == [422] * 4 + [429] * 6


def test_a_code_needs_the_password_first_and_soon(
    app: Flask, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _here, codes = switched_on(app, connection)
    client = app.test_client()
    later(app, monkeypatch, seconds=60)
    assert (
        send(client, "/account/sign-in/code", {"code": codes.at(app.extensions["clock"]())}).headers["Location"]
        == "/account/sign-in"
    )
    try_in(client, "somebody", GOOD)
    assert client.get("/account/sign-in/code").status_code == 200
    later(app, monkeypatch, seconds=302)
    answer = send(client, "/account/sign-in/code", {"code": codes.at(app.extensions["clock"]())})
    assert answer.headers["Location"] == "/account/sign-in"
    assert not is_in(client)


def test_two_steps_are_given_up_with_the_password(app: Flask, connection: Connection) -> None:
    here, _codes = switched_on(app, connection)
    assert send(here, "/account/two-step/off", {"password": "wrong"}).status_code == 422
    assert send(here, "/account/two-step/off", {"password": GOOD}).status_code == 303
    assert try_in(app.test_client(), "somebody", GOOD).headers["Location"] == "/staff/places"


def link(app: Flask, connection: Connection, account_id: int) -> str:
    with app.test_request_context():
        return reset.make(connection, account_id, None).removeprefix(app.config["SETTINGS"].public_url)


def test_a_link_sets_a_password_once_and_ends_sessions(app: Flask, connection: Connection) -> None:
    id_ = account(connection, EDITOR, name="somebody", password=GOOD)
    before = as_account(app, connection, id_)
    path, client = link(app, connection, id_), app.test_client()
    new = {"new": "又一条长长的河向东流", "again": "又一条长长的河向东流"}
    assert client.get(path).status_code == client.get(path).status_code == 200, "looking does not use it up"
    assert send(client, path, {**new, "again": "x"}).status_code == 422
    assert send(client, path, new).status_code == 303
    assert not is_in(before)
    for answer in (client.get(path), send(client, path, new)):
        assert answer.status_code == 410
        assert "只能用一次" in answer.text
    assert try_in(client, "somebody", new["new"]).status_code == 303
    assert path.rpartition("/")[2] not in str(connection.execute(select(ResetLink)).all())


def test_a_newer_link_a_block_and_three_days_undo_a_link(
    app: Flask, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, client = account(connection, EDITOR), app.test_client()
    older, newer = link(app, connection, id_), link(app, connection, id_)
    assert (client.get(older).status_code, client.get(newer).status_code) == (410, 200)
    later(app, monkeypatch, hours=71)
    assert client.get(newer).status_code == 200
    connection.execute(update(Account).values(active=False))
    assert client.get(newer).status_code == 410
    connection.execute(update(Account).values(active=True))
    later(app, monkeypatch, hours=2)
    assert client.get(newer).status_code == 410
    assert client.get("/account/reset/" + "%ff%00" * 50).status_code == 410


def test_a_link_lets_somebody_in_who_had_to_wait(app: Flask, client: FlaskClient, connection: Connection) -> None:
    id_ = account(connection, EDITOR, name="somebody", password=GOOD)
    for _try in range(9):
        try_in(client, "somebody", "wrong")
    new = {"new": "又一条长长的河向东流", "again": "又一条长长的河向东流"}
    send(client, link(app, connection, id_), new)
    assert try_in(client, "somebody", new["new"]).status_code == 303


def test_a_demo_account_is_refused_where_the_public_comes(
    client: FlaskClient, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(connection, ADMIN, name="demo", password=GOOD, demo=True)
    local = client.application.config["SETTINGS"]
    for more in ({"public_url": "https://map.example.gov.cn"}, {"sample": False}):
        monkeypatch.setitem(client.application.config, "SETTINGS", dataclasses.replace(local, **more))
        answer = try_in(client, "demo", GOOD)
        assert answer.status_code == 422
        assert "只能在本机" in answer.text
    monkeypatch.setitem(client.application.config, "SETTINGS", local)
    assert try_in(client, "demo", GOOD).status_code == 303


def test_one_sees_and_ends_ones_other_sessions(app: Flask, connection: Connection) -> None:
    id_ = account(connection, EDITOR)
    here, elsewhere = as_account(app, connection, id_), as_account(app, connection, id_)
    assert here.get("/account/").text.count("登录 <span") == 2
    assert "编辑·犍为县" in here.get("/account/").text
    assert send(here, "/account/sessions/end").status_code == 303
    assert is_in(here)
    assert not is_in(elsewhere)


def test_every_page_speaks_english_and_keeps_it(app: Flask, connection: Connection) -> None:
    here = as_account(app, connection, account(connection, EDITOR))
    page = here.get("/account/?lang=en").text
    assert '<html lang="en">' in page
    assert 'href="/account/password?lang=en"' in page
    assert "/account/sign-out?lang=en" in page


def test_fifty_at_once_are_tried_one_after_another(whole_app: Flask, connection: Connection) -> None:
    from webapp import db, signing_in

    kept = whole_app.extensions.pop("connection", None)
    outcomes: list[signing_in.Attempt] = []

    def attempt() -> None:
        with whole_app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.1"}), db.writing() as writing:
            outcomes.append(signing_in.with_password(writing, "guessed at once", "wrong"))

    try:
        threads = [threading.Thread(target=attempt) for _n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with whole_app.app_context():
            tried = db.connection().scalars(select(Audit.who).where(Audit.who == "guessed at once")).all()
        assert len(tried) == 5
        assert len([one for one in outcomes if one.wait]) == 8
    finally:
        with whole_app.app_context(), db.writing() as writing:  # this test alone has committed: nothing may stay
            writing.execute(text("ALTER TABLE audit DISABLE TRIGGER keep_audit"))
            writing.execute(text("DELETE FROM audit WHERE who = 'guessed at once'"))
            writing.execute(text("ALTER TABLE audit ENABLE TRIGGER keep_audit"))
        if kept is not None:
            whole_app.extensions["connection"] = kept


def test_a_code_is_of_its_step_and_the_neighbours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    key = pyotp.random_base32()
    with app.app_context():
        now = app.extensions["clock"]()
        offsets = [
            n for n in range(-3, 4) if two_step.step_of(key, pyotp.TOTP(key).at(now + dt.timedelta(seconds=30 * n)))
        ]
    assert offsets == [-1, 0, 1]


def test_the_cookie_says_nothing(app: Flask, connection: Connection) -> None:
    id_ = account(connection, EDITOR, password=GOOD)
    as_account(app, connection, id_)
    rows = str(connection.execute(select(session.SignIn)).all())
    with app.test_request_context():
        session.begin(connection, id_)
        assert session.cookie[session.TOKEN] not in rows
        assert set(session.cookie) == {session.TOKEN}


def test_a_language_that_was_asked_for_goes_along_and_one_of_the_browser_does_not(
    app: Flask, connection: Connection
) -> None:
    here = as_account(app, connection, account(connection, EDITOR))
    for _time in range(2):
        assert 'href="/account/password?lang=en"' in here.get("/account/?lang=en").text
        assert 'href="/account/password"' in here.get("/account/", headers={"Accept-Language": "en"}).text
        assert 'href="/account/password"' in here.get("/account/").text
