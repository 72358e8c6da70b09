"""Administrators and their people: who sees whom, who gives what, what nobody can do by accident, and the log."""

from __future__ import annotations

import io
import itertools
import re

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from layers.areas import Areas
from tests.staff import (
    ADMIN,
    CITY_ADMIN,
    CITY_REVIEWER,
    EDITOR,
    QUICK,
    REVIEWER,
    account,
    as_account,
    send,
    signed_in,
)
from webapp import appointing, audit, db, passwords, people, session
from webapp.models import Account, Audit, Grant
from webapp.permissions import Held, Role, Signed

ELSEWHERE = Held(Role.EDITOR, "511124")
YUJIN = "511123100"
"""玉津镇 of 犍为县."""
PROVINCE_ADMIN = Held(Role.ADMIN, "510000")
NEW = {"name": "wang.fang", "title": "犍为县农业农村局·编辑", "role": "editor", "area": "511123"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)


def held(connection: Connection, id_: int) -> set[tuple[str, str]]:
    return {(row.role, row.area) for row in connection.execute(select(Grant).where(Grant.account_id == id_))}


def grant_id(connection: Connection, id_: int, area: str) -> int:
    found: int = connection.execute(select(Grant.id).where(Grant.account_id == id_, Grant.area == area)).scalar_one()
    return found


@pytest.mark.parametrize("one", [EDITOR, REVIEWER, CITY_REVIEWER, Held(Role.ADMIN, YUJIN)])
def test_only_administrators_have_people(one: Held, app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, one)
    for path in ("/staff/people/", "/staff/people/new", "/staff/log", "/staff/log.xlsx"):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "没有权限" in answer.text or "application/problem+json" in answer.content_type
    assert "人员" not in client.get("/account/").text


def test_a_new_account_sets_its_own_password_through_the_link(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, ADMIN)
    answer = send(client, "/staff/people/new", NEW)
    assert answer.status_code == 200
    link = re.search(r'value="http://127\.0\.0\.1:8000(/account/reset/[^"]+)"', answer.text)[1]  # type: ignore[index]
    other, words = app.test_client(), {"new": "一句好记的长话", "again": "一句好记的长话"}
    assert send(other, link, {**words, "new": "一句好记的长话在此", "again": "一句好记的长话在此"}).status_code == 422
    words = {"new": "一句好记的长话在此处", "again": "一句好记的长话在此处"}
    assert send(other, link, words).status_code == 303
    answer = send(other, "/account/sign-in", {"name": "Wang.Fang", "password": words["new"]})
    assert answer.status_code == 303
    assert NEW["title"] in other.get("/account/").text
    assert "/account/reset/" not in client.get("/staff/people/").text


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"name": "x"}, "账号名 2 到 40 个字"), ({"name": "a b"}, "账号名 2 到 40 个字"), ({"title": " "}, "写上单位和岗位"),
        ({"area": ""}, "选一下管哪里"), ({"area": "999999"}, "选一下管哪里"), ({"township": "511124100"}, "乡镇要重新选"),
        ({"township": YUJIN, "role": "reviewer"}, "乡镇只能起草"), ({"name": "taken"}, "有人用了"),
    ],
)  # fmt: skip
def test_a_form_that_does_not_fit_keeps_what_was_typed(
    over: dict[str, str], told: str, app: Flask, connection: Connection
) -> None:
    account(connection, EDITOR, name="taken")
    client = signed_in(app, connection, ADMIN)
    given = {**NEW, "role": "reviewer", "layers": "parks", **over}
    answer = send(client, "/staff/people/new", given)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{given["name"]}"' in answer.text
    assert re.search(r'value="reviewer" checked', answer.text)
    assert re.search(r'value="parks" checked', answer.text)
    assert connection.execute(select(func.count()).where(Account.name == "wang.fang")).scalar() == 0


def test_a_township_is_chosen_without_scripts(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, CITY_ADMIN)
    assert YUJIN not in client.get("/staff/people/new").text
    answer = send(client, "/staff/people/new", {**NEW, "pick": "1"})
    assert answer.status_code == 200
    assert f'value="{YUJIN}"' in answer.text
    assert f'value="{NEW["name"]}"' in answer.text
    assert send(client, "/staff/people/new", {**NEW, "township": YUJIN}).status_code == 200
    id_ = connection.execute(select(Account.id).where(Account.name == NEW["name"])).scalar_one()
    assert held(connection, id_) == {("editor", YUJIN)}


def test_a_county_offers_its_townships_at_once_and_nothing_else(app: Flask, connection: Connection) -> None:
    page = signed_in(app, connection, ADMIN).get("/staff/people/new").text
    assert YUJIN in page
    assert "511124" not in page


@pytest.mark.parametrize(
    ("mine", "asked"),
    [
        (ADMIN, {"area": "511124"}), (ADMIN, {"area": "511100"}), (ADMIN, {"area": "511100", "role": "admin"}),
        (Held(Role.ADMIN, "511123", ("parks",)), {"layers": "projects"}), (Held(Role.ADMIN, "511123", ("parks",)), {}),
    ],
)  # fmt: skip
def test_nobody_gives_more_than_they_have(
    mine: Held, asked: dict[str, str], app: Flask, connection: Connection
) -> None:
    client = signed_in(app, connection, mine)
    before = connection.execute(select(func.count()).select_from(Grant)).scalar()
    assert send(client, "/staff/people/new", {**NEW, **asked}).status_code == 403
    other = account(connection, Held(Role.EDITOR, "511123", ("parks",)))
    assert send(client, f"/staff/people/{other}/grants", {**NEW, **asked}).status_code == 403
    assert connection.execute(select(func.count()).select_from(Grant)).scalar() == before + 1  # type: ignore[operator]
    assert connection.execute(select(func.count()).where(Account.name == NEW["name"])).scalar() == 0


POSTS = ("grants", "block", "unblock", "two-step", "title", "link", "grants/{grant}/take")


def test_no_id_of_another_county_answers_anything_but_403(app: Flask, connection: Connection) -> None:
    client, other = signed_in(app, connection, ADMIN), account(connection, ELSEWHERE)
    grant = grant_id(connection, other, "511124")
    before = connection.execute(select(Account).where(Account.id == other)).one()
    answer = client.get(f"/staff/people/{other}")
    assert answer.status_code == 403
    assert "您能办的地方：犍为县" in answer.text
    for path in POSTS:
        answer = send(client, f"/staff/people/{other}/" + path.format(grant=grant), {**NEW, "title": "x"})
        assert answer.status_code == 403, path
        assert send(client, "/staff/people/999999999/" + path.format(grant=grant), NEW).status_code == 404, path
        assert client.get(f"/staff/people/{other}/" + path.format(grant=grant)).status_code in (403, 405)
    assert connection.execute(select(Account).where(Account.id == other)).one() == before
    assert held(connection, other) == {("editor", "511124")}


def test_an_account_that_holds_more_than_mine_is_seen_and_not_taken_over(app: Flask, connection: Connection) -> None:
    client, other = signed_in(app, connection, ADMIN), account(connection, EDITOR, CITY_ADMIN, password="x")
    page = client.get(f"/staff/people/{other}")
    assert page.status_code == 200
    assert "要请上级管理员" in page.text
    for path in ("block", "unblock", "two-step", "title", "link"):
        assert send(client, f"/staff/people/{other}/{path}", {"title": "x"}).status_code == 403, path
    taken = grant_id(connection, other, "511100")
    assert send(client, f"/staff/people/{other}/grants/{taken}/take").status_code == 403
    mine = grant_id(connection, other, "511123")
    assert send(client, f"/staff/people/{other}/grants/{mine}/take").status_code == 303
    assert held(connection, other) == {("admin", "511100")}


def test_a_grant_of_somebody_else_is_not_taken_through_mine(app: Flask, connection: Connection) -> None:
    client, mine, other = signed_in(app, connection, ADMIN), account(connection, EDITOR), account(connection, ELSEWHERE)
    send(client, f"/staff/people/{mine}/grants/{grant_id(connection, other, '511124')}/take")
    assert held(connection, other) == {("editor", "511124")}


def test_a_block_ends_sessions_and_links_and_can_be_undone(app: Flask, connection: Connection) -> None:
    client, id_ = signed_in(app, connection, ADMIN), account(connection, EDITOR, password="x")
    other = as_account(app, connection, id_)
    link = re.search(r'value="http://[^/"]+(/account/reset/[^"]+)"', send(client, f"/staff/people/{id_}/link").text)[1]  # type: ignore[index]
    assert send(client, f"/staff/people/{id_}/block").status_code == 303
    assert other.get("/account/").status_code == 302
    assert other.get(link).status_code == 410
    assert send(client, f"/staff/people/{id_}/unblock").status_code == 303
    assert other.get("/account/").status_code == 302, "it has to sign in again"
    assert connection.execute(select(Account.active).where(Account.id == id_)).scalar()


def test_a_lost_phone_and_another_post(app: Flask, connection: Connection) -> None:
    client, id_ = signed_in(app, connection, ADMIN), account(connection, EDITOR, totp="ABC", totp_step=3)
    assert send(client, f"/staff/people/{id_}/two-step").status_code == 303
    assert send(client, f"/staff/people/{id_}/title", {"title": " 石溪镇\x00便民中心·编辑 "}).status_code == 303
    row = connection.execute(select(Account).where(Account.id == id_)).one()
    assert (row.totp, row.title) == (None, "石溪镇便民中心·编辑")
    assert send(client, f"/staff/people/{id_}/title", {"title": ""}).status_code == 422


def test_the_last_administrator_cannot_be_lost_by_accident(app: Flask, connection: Connection) -> None:
    me = account(connection, CITY_ADMIN, password="x")
    client, grant = as_account(app, connection, me), grant_id(connection, me, "511100")
    for path in (f"/staff/people/{me}/grants/{grant}/take", f"/staff/people/{me}/block"):
        answer = send(client, path)
        assert answer.status_code == 422
        assert "只剩这一个管理员" in answer.text or "不能停用自己" in answer.text
    for useless in ({}, {"password": "x", "active": False}):  # who cannot sign in administers nothing
        account(connection, CITY_ADMIN, **useless)  # type: ignore[arg-type]
        assert send(client, f"/staff/people/{me}/grants/{grant}/take").status_code == 422
    account(connection, ADMIN, password="x")
    assert send(client, f"/staff/people/{me}/grants/{grant}/take").status_code == 422, (
        "a county's does not cover a city"
    )
    account(connection, PROVINCE_ADMIN, password="x")
    assert send(client, f"/staff/people/{me}/grants/{grant}/take").status_code == 303
    assert held(connection, me) == set()


def test_a_county_can_lose_its_administrator_while_the_city_has_one(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, CITY_ADMIN, password="x")
    other = account(connection, ADMIN, password="x")
    assert send(client, f"/staff/people/{other}/block").status_code == 303


def test_what_a_demo_account_makes_is_a_demo_account(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, ADMIN, demo=True)
    assert send(client, "/staff/people/new", NEW).status_code == 200
    assert connection.execute(select(Account.demo).where(Account.name == NEW["name"])).scalar()


HOLDINGS = [
    (), (EDITOR,), (REVIEWER,), (ADMIN,), (ELSEWHERE,), (CITY_ADMIN,), (PROVINCE_ADMIN,), (Held(Role.EDITOR, YUJIN),),
    (Held(Role.EDITOR, "Z511101"),), (Held(Role.EDITOR, "130171"),), (Held(Role.EDITOR, "511123", ("parks",)),),
    (Held(Role.EDITOR, "511123", ("parks", "projects")),), (EDITOR, ELSEWHERE), (EDITOR, CITY_ADMIN), (Held(Role.EDITOR, "429004"),),
]  # fmt: skip
ADMINS = [
    (ADMIN,), (CITY_ADMIN,), (PROVINCE_ADMIN,), (EDITOR,), (Held(Role.ADMIN, YUJIN),), (Held(Role.ADMIN, "Z511101"),), (),
    (Held(Role.ADMIN, "511123", ("parks",)),), (Held(Role.ADMIN, "511123", ("parks",)), Held(Role.ADMIN, "511100", ("projects",))),
    (Held(Role.ADMIN, "130000"),), (Held(Role.ADMIN, "420000"),), (ADMIN, Held(Role.ADMIN, "511124")),
]  # fmt: skip


def test_who_is_listed_is_who_may_be_seen(app: Flask, connection: Connection, areas: Areas) -> None:
    """The condition in SQL and the question in Python agree on every pair of holdings."""
    others = {account(connection, *holding): holding for holding in HOLDINGS}
    asking = [Signed(account(connection, *holding), "x", "x", holding) for holding in ADMINS]
    everybody = [row.id for row in connection.execute(select(Account.id))]
    for who in asking:
        shown = set(connection.execute(select(Account.id).where(people.visible(connection, who, areas))).scalars())
        with app.app_context():
            expected = {
                id_ for id_ in everybody if people.may_see(connection, who, session.account(connection, id_), areas)
            }
        assert shown == expected, who.held
        assert all(
            people.may_see(connection, who, Signed(i, "", "", h), areas) == (i in shown) for i, h in others.items()
        )


def test_whoever_may_change_an_account_could_have_given_all_of_it(connection: Connection, areas: Areas) -> None:
    from webapp.permissions import may_grant

    account(connection, CITY_ADMIN)
    for mine, theirs in itertools.product(ADMINS, HOLDINGS):
        who, other = Signed(1, "a", "a", mine), Signed(2, "b", "b", theirs)
        allowed = people.may_manage(connection, who, other, areas)
        if theirs:
            assert allowed == all(may_grant(who, one, areas) for one in theirs)
        else:
            assert allowed == (
                mine in [(CITY_ADMIN,), (PROVINCE_ADMIN,), (Held(Role.ADMIN, "130000"),), (Held(Role.ADMIN, "420000"),)]
            )


def test_the_list_finds_words_literally(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, ADMIN)
    account(connection, EDITOR, name="li_ming", title="犍为县 100% 编辑")
    account(connection, EDITOR, name="liaming", title="别的")
    for words, there in (
        ("li_", ["li_ming"]),
        ("100%", ["li_ming"]),
        ("MING", ["li_ming", "liaming"]),
        ("没有", []),
        ("\x00", ["li_ming", "liaming"]),
    ):
        page = client.get("/staff/people/", query_string={"q": words}).text
        assert [name for name in ("li_ming", "liaming") if f"<td>{name}</td>" in page] == there, words
    for page in ("0", "-1", "x", "99999999999999999999"):
        assert client.get("/staff/people/", query_string={"page": page}).status_code == 200


# The log


def logged(client: FlaskClient, **asked: str) -> list[str]:
    answer = client.get("/staff/log", query_string=asked)
    assert answer.status_code == 200, answer.text
    return re.findall(r"<tr><td>[^<]+</td><td>(?:[^<]+<span class=\"soft\">)?([^<]+?)(?:</span>)?</td>", answer.text)


def write(app: Flask, connection: Connection, who: str, area: str | None = None, **more: object) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        audit.note(connection, str(more.pop("action", "x")), who, area=area, **more)  # type: ignore[arg-type]


def test_an_entry_is_seen_by_who_administers_its_area(app: Flask, connection: Connection) -> None:
    for name, area in (
        ("here", "511123"),
        ("town", YUJIN),
        ("there", "511124"),
        ("city", "511100"),
        ("zone", "Z511101"),
        ("none", None),
    ):
        write(app, connection, name, area)
    county, city = signed_in(app, connection, ADMIN), signed_in(app, connection, CITY_ADMIN)
    assert set(logged(county)) == {"here", "town"}
    assert set(logged(city)) == {"here", "town", "there", "city", "zone", "none"}
    signed_in(app, connection, PROVINCE_ADMIN)
    assert "none" not in logged(city), "somebody administers more now"
    assert set(logged(city, area="511123")) == {"here", "town"}
    assert county.get("/staff/log?area=511124").status_code == 403
    limited = signed_in(app, connection, Held(Role.ADMIN, "511123", ("parks",)))
    assert limited.get("/staff/log").status_code == 403
    assert "日志" not in limited.get("/account/").text


def test_the_log_is_narrowed_by_person_action_day_and_words(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, CITY_ADMIN)
    write(
        app,
        connection,
        "张三",
        "511123",
        action="grant_give",
        subject="account/7",
        detail={"name": "li_ming", "layers": ["parks"]},
    )
    write(app, connection, "李四", "511123", action="sign_in")
    assert logged(client, who="张") == ["张三"]
    assert logged(client, action="sign_in") == ["李四"]
    assert logged(client, words="li_m") == logged(client, words="account/7") == ["张三"]
    assert logged(client, words="li%m") == []
    assert len(logged(client, words="192.0.2.7")) == 2
    today = app.extensions["clock"]().date().isoformat()
    assert len(logged(client, since=today, until=today)) == 2
    assert logged(client, until="2026-01-01") == logged(client, since="9999-12-31") == []
    for bad in (
        {"since": "x"},
        {"until": "2026-02-30"},
        {"area": "nope"},
        {"page": "0"},
        {"page": "x"},
        {"page": "９"},
    ):
        assert client.get("/staff/log", query_string=bad).status_code == 400, bad
    assert logged(client, who="\x00%_'\"<") == []


def test_the_log_is_paged(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, ADMIN)
    for n in range(101):
        write(app, connection, f"n{n}", "511123")
    first, second = logged(client), logged(client, page="2")
    assert (first[0], first[-1], second) == ("n100", "n1", ["n0"])


def test_the_workbook_holds_what_is_shown_and_is_logged(app: Flask, connection: Connection) -> None:
    client = signed_in(app, connection, ADMIN)
    write(app, connection, "=1+1", "511123", action="grant_give", detail={"role": "editor"})
    write(app, connection, "there", "511124")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/staff/log.xlsx?action=grant_give").data))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == ["=1+1"]
    assert rows[1][3] == "授权"
    assert rows[1][7] == "角色 编辑"
    assert book.active["B2"].data_type == "s"
    assert connection.execute(select(Audit.action).order_by(Audit.id.desc())).scalar() == "log_export"


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_log_cannot_be_changed(statement: str, app: Flask, connection: Connection) -> None:
    write(app, connection, "kept", "511123")
    with pytest.raises(ProgrammingError, match="append-only"), connection.begin_nested():
        connection.execute(text(statement))
    assert connection.execute(select(func.count()).where(Audit.who == "kept")).scalar() == 1


def test_after_half_a_year_entries_may_go(app: Flask, connection: Connection) -> None:
    connection.execute(insert(Audit).values(who="old", action="x", at=text("now() - interval '181 days'")))
    connection.execute(insert(Audit).values(who="young", action="x", at=text("now() - interval '179 days'")))
    assert connection.execute(delete(Audit).where(Audit.who == "old")).rowcount == 1
    with pytest.raises(ProgrammingError), connection.begin_nested():
        connection.execute(delete(Audit).where(Audit.who == "young"))


def test_every_change_of_people_is_logged_with_its_area(app: Flask, connection: Connection) -> None:
    me = account(connection, ADMIN, name="admin.here", password="x")
    client = as_account(app, connection, me)
    send(client, "/staff/people/new", NEW)
    id_ = connection.execute(select(Account.id).where(Account.name == NEW["name"])).scalar_one()
    send(client, f"/staff/people/{id_}/grants", {**NEW, "role": "reviewer"})
    for path in ("title", "two-step", "block", "unblock", "link"):
        send(client, f"/staff/people/{id_}/{path}", {"title": "y"})
    send(client, f"/staff/people/{id_}/grants/{grant_id_of(connection, id_, 'reviewer')}/take")
    rows = connection.execute(select(Audit).order_by(Audit.id)).all()
    assert [row.action for row in rows] == [
        "account_new", "grant_give", "link_new", "grant_give", "account_title", "two_step_off",
        "account_block", "account_unblock", "link_new", "grant_take",
    ]  # fmt: skip
    assert {(row.who, row.account_id, row.area, row.subject) for row in rows} == {
        ("admin.here", me, "511123", f"account/{id_}")
    }
    assert "reset" not in str([row.detail for row in rows])


def grant_id_of(connection: Connection, id_: int, role: str) -> int:
    found: int = connection.execute(select(Grant.id).where(Grant.account_id == id_, Grant.role == role)).scalar_one()
    return found


def test_a_taken_name_and_a_lost_race_leave_nothing(app: Flask, connection: Connection) -> None:
    account(connection, EDITOR, name="taken")
    with app.app_context(), pytest.raises(appointing.NameTaken), db.writing() as writing:
        appointing.create(writing, "flask", "taken", "x", EDITOR)
    connection.execute(update(Account).values(title="still here"))
    assert connection.execute(select(func.count()).select_from(Audit)).scalar() == 0
