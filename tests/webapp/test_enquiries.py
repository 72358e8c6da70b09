"""打不通, 不准确: sent without a name from an uncached page, kept without numbers, slowed, answered by its office on a clock."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

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
from webapp import enquiries, masking
from webapp.models import Audit, Enquiry
from webapp.permissions import Held, Role

PROJECTS = layers.get("projects")


@pytest.fixture
def place(connection: Connection, areas: Areas) -> int:
    """A public project of 犍为县."""
    (id_,) = put(connection, PROJECTS, areas, values(PROJECTS, 1, name="高山茶点", phone="0833-000 0012"))
    return id_


def said(
    app: Flask, place: int, kind: str = "unreachable", words: str = "", address: str = "10.0.0.1", **more: Any
) -> Any:
    """What the site answers to a report from an address."""
    client = app.test_client()
    return send(client, f"/report/projects/{place}", {"kind": kind, "words": words, **more}, environ_base={"REMOTE_ADDR": address})  # fmt: skip


def kept(connection: Connection) -> list[Any]:
    return list(connection.execute(select(Enquiry.__table__).order_by(Enquiry.id)))


def test_the_places_page_leads_to_the_form_and_sets_no_cookie_itself(client: FlaskClient, place: int) -> None:
    page = client.get(f"/projects/{place}")
    assert f'href="/report/projects/{place}"' in page.text
    assert "Set-Cookie" not in page.headers
    assert "csrf" not in page.text
    form = client.get(f"/report/projects/{place}")
    assert form.headers["Cache-Control"] == "no-store"
    assert form.headers["Set-Cookie"].startswith("guiyan=")
    assert not re.findall(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", form.text)


def test_a_browser_without_scripts_can_send_it(client: FlaskClient, connection: Connection, place: int) -> None:
    form = client.get(f"/report/projects/{place}?from=singlemessage").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    sent = {"csrf_token": token[1], "kind": "unreachable", "words": "打了三次", "note": ""}
    answer = client.post(f"/report/projects/{place}", data=sent)
    assert answer.status_code == 303
    done = client.get(answer.headers["Location"]).text
    assert "12333" in done
    assert enquiries.due(TODAY).isoformat() in done
    (row,) = kept(connection)
    assert (row.layer, row.place_id, row.area, row.kind, row.words) == (
        "projects",
        place,
        "511123",
        "unreachable",
        "打了三次",
    )
    assert (row.due_on, row.answered_at) == (enquiries.due(TODAY), None)
    assert "127.0.0.1" not in str(row)
    assert not connection.execute(select(Audit.id)).all(), "the log would keep the asker's address"


def test_a_report_without_the_token_is_refused(app: Flask, connection: Connection, place: int) -> None:
    assert app.test_client().post(f"/report/projects/{place}", data={"kind": "wrong"}).status_code == 400
    assert not kept(connection)


@pytest.mark.parametrize(
    ("kind", "words", "told"),
    [("", "茶园没了", "选一个"), ("nope", "茶园没了", "选一个"), ("wrong", "茶" * 201, "200")],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    kind: str, words: str, told: str, app: Flask, connection: Connection, place: int
) -> None:
    answer = said(app, place, kind, words)
    assert answer.status_code == 422
    assert told in answer.text
    assert words in answer.text
    assert not kept(connection)


def test_two_hundred_characters_may_have_line_ends(app: Flask, connection: Connection, place: int) -> None:
    assert said(app, place, "wrong", "茶" * 99 + "\r\n" + "茶" * 100).status_code == 303
    assert len(kept(connection)[0].words) == 200


def test_what_fills_in_the_hidden_field_is_thanked_and_forgotten(
    app: Flask, connection: Connection, place: int
) -> None:
    assert said(app, place, note="https://spam.example").status_code == 303
    assert not kept(connection)


def test_nothing_of_a_place_that_is_not_public_can_be_reported(
    app: Flask, connection: Connection, areas: Areas
) -> None:
    over, draft = put(connection, PROJECTS, areas, values(PROJECTS, 1, valid_until=TODAY - dt.timedelta(days=1)),
                      values(PROJECTS, 2, status="draft"))  # fmt: skip
    assert said(app, over).status_code == 410
    assert said(app, draft).status_code == 404
    assert app.test_client().get("/report/projects/99999999999999999999").status_code == 404
    assert app.test_client().get("/report/nope/1").status_code == 404


@pytest.mark.parametrize(
    "number",
    [
        "13800138000", "138 0013 8000", "138-0013-8000", "１３８００１３８０００", "+86 138.0013.8000", "0833-2123456", "(0833) 212 3456",
        "一三八零零一三八零零零", "幺三八 零零幺三 八零零零", "511123199001011234", "51112319900101123X", "511123 19900101 1234", "138\u200b0013\u200b8000",
    ],
)  # fmt: skip
def test_a_number_that_leads_to_a_person_is_hidden(number: str) -> None:
    hidden = masking.masked(masking.tidy(f"打这个{number}找我"))
    assert hidden == f"打这个{masking.HIDDEN}找我"


@pytest.mark.parametrize(
    "words", ["2026-11-24 打了 3 次没人接", "写 8 万其实要 15 万", "10:30 到 11:30 都不通", "2026.3.1 起 120 亩"]
)
def test_days_and_amounts_stay(words: str) -> None:
    assert masking.masked(masking.tidy(words)) == words


@given(st.text(max_size=300))
def test_masking_leaves_no_run_of_seven_digits_and_keeps_to_its_length(words: str) -> None:
    hidden = masking.masked(masking.tidy(words))
    assert not re.search(r"(?<!\d)(?!(?:19|20)\d\d)\d{7,}", hidden)
    assert "\x00" not in hidden


def test_one_asker_is_slowed_and_the_next_hour_is_open(
    app: Flask, connection: Connection, areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = put(connection, PROJECTS, areas, *[values(PROJECTS, n, name=f"第{n}处") for n in range(1, 8)])
    for id_ in ids[:5]:
        assert said(app, id_).status_code == 303
    slowed = said(app, ids[5])
    assert slowed.status_code == 429
    assert "12333" in slowed.text
    assert said(app, ids[5], address="10.0.0.2").status_code == 303
    moment = app.extensions["clock"]() + dt.timedelta(minutes=61)
    monkeypatch.setitem(app.extensions, "clock", lambda: moment)
    assert said(app, ids[6]).status_code == 303


def test_one_place_takes_so_many_a_day(app: Flask, connection: Connection, place: int) -> None:
    for n in range(enquiries.MOST_OF_ONE_PLACE):
        assert said(app, place, address=f"10.0.1.{n}").status_code == 303
    assert said(app, place, address="10.0.2.1").status_code == 429
    assert len(kept(connection)) == enquiries.MOST_OF_ONE_PLACE


def test_the_same_again_is_counted_not_kept_again(app: Flask, connection: Connection, place: int) -> None:
    for words in ("", "空号", "还是空号"):
        assert said(app, place, words=words).status_code == 303
    (row,) = kept(connection)
    assert (row.times, row.words) == (3, "空号")
    assert said(app, place, "wrong").status_code == 303
    assert [row.times for row in kept(connection)] == [3, 1]


def test_the_asker_is_another_one_tomorrow_and_on_another_site(app: Flask) -> None:
    with app.app_context():
        one = enquiries.asker("10.0.0.1", TODAY)
        assert one != enquiries.asker("10.0.0.1", TODAY + dt.timedelta(days=1))
        assert one != enquiries.asker("10.0.0.2", TODAY)
        assert "10.0.0.1" not in one


def test_two_askers_in_a_week_mark_the_place(
    app: Flask, connection: Connection, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(app, place)
    said(app, place, "wrong", address="10.0.0.2")
    with app.app_context():
        assert enquiries.open_counts(connection, "projects", [place]) == {place: enquiries.Counted(2, False)}
    moment = app.extensions["clock"]() + dt.timedelta(days=6)
    monkeypatch.setitem(app.extensions, "clock", lambda: moment)
    said(app, place, address="10.0.0.3")
    with app.app_context():
        assert enquiries.open_counts(connection, "projects", [place]) == {place: enquiries.Counted(3, True)}
        assert enquiries.open_counts(connection, "parks", [place]) == {}
    later = moment + dt.timedelta(days=2)
    monkeypatch.setitem(app.extensions, "clock", lambda: later)
    with app.app_context():
        assert enquiries.open_counts(connection, "projects", [place]) == {place: enquiries.Counted(3, False)}


@pytest.mark.parametrize(("day", "due"), [("2026-11-24", "2026-11-27"), ("2026-11-26", "2026-12-01"), ("2026-11-27", "2026-12-02"), ("2026-11-28", "2026-12-02"), ("2026-11-29", "2026-12-02")])  # fmt: skip
def test_three_working_days(day: str, due: str) -> None:
    assert enquiries.due(dt.date.fromisoformat(day)) == dt.date.fromisoformat(due)


def test_the_office_sees_its_own_and_nobody_elses(app: Flask, connection: Connection, place: int) -> None:
    said(app, place, words="空号")
    (row,) = kept(connection)
    for held in (EDITOR, REVIEWER, CITY_REVIEWER):
        client = signed_in(app, connection, held)
        assert "空号" in client.get("/staff/enquiries").text
        assert client.get(f"/staff/enquiries/{row.id}").status_code == 200
    for held in (
        Held(Role.EDITOR, "511124"),
        Held(Role.EDITOR, "511123100"),
        Held(Role.EDITOR, "511123", ("parks",)),
        ADMIN,
    ):
        client = signed_in(app, connection, held)
        assert "空号" not in client.get("/staff/enquiries").text
        assert client.get(f"/staff/enquiries/{row.id}").status_code == 403
        assert send(client, f"/staff/enquiries/{row.id}", {"answer": "x"}).status_code == 403
    assert signed_in(app, connection, EDITOR).get("/staff/enquiries/999").status_code == 404
    assert app.test_client().get("/staff/enquiries").status_code == 302


def test_an_answer_ends_the_clock_for_the_whole_place(app: Flask, connection: Connection, place: int) -> None:
    said(app, place)
    said(app, place, "wrong", address="10.0.0.2")
    first, _second = kept(connection)
    client = signed_in(app, connection, EDITOR)
    assert send(client, f"/staff/enquiries/{first.id}", {"answer": " "}).status_code == 422
    done = send(client, f"/staff/enquiries/{first.id}", {"answer": "换了人值班", "same": "1", "act": "verify"})
    assert done.status_code == 303
    assert [row.answer for row in kept(connection)] == ["换了人值班"] * 2
    assert connection.execute(text("SELECT verified FROM projects WHERE id = :id"), {"id": place}).scalar() == TODAY
    actions = connection.execute(select(Audit.action).order_by(Audit.id)).scalars().all()
    assert actions == ["answer", "verify"]
    assert send(client, f"/staff/enquiries/{first.id}", {"answer": "又来"}).status_code == 409
    assert "换了人值班" in client.get("/staff/enquiries?state=answered").text


def test_a_report_can_take_the_place_down(app: Flask, connection: Connection, place: int) -> None:
    said(app, place, "taken")
    (row,) = kept(connection)
    client = signed_in(app, connection, REVIEWER)
    assert 'value="verify"' not in client.get(f"/staff/enquiries/{row.id}").text, "a reviewer does not verify"
    assert send(client, f"/staff/enquiries/{row.id}", {"answer": "x", "act": "verify"}).status_code == 403
    assert kept(connection)[0].answered_at is None, "all or nothing"
    assert send(client, f"/staff/enquiries/{row.id}", {"answer": "已经租出去了", "act": "withdraw"}).status_code == 303
    assert app.test_client().get(f"/projects/{place}").status_code == 410


def test_the_clock_turns(connection: Connection, app: Flask, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said(app, place)
    for days, state, words in (
        (0, "fresh", "还有 3 天"),
        (3, "ageing", "今天到期"),
        (4, "ageing", "超期 1 天"),
        (30, "expired", "超期 27 天"),
    ):
        moment = app.extensions["clock"]() + dt.timedelta(days=days)
        monkeypatch.setitem(app.extensions, "clock", lambda now=moment: now)
        client = signed_in(app, connection, EDITOR)
        assert f'<span class="fresh {state}">{words}</span>' in client.get("/staff/enquiries").text
        monkeypatch.undo()


@pytest.mark.parametrize(
    "query",
    ["state=x", "layer=x", "area=x", "area=%00", "page=0", "page=x", "page=9999999999", "state=open&page=10001"],
)
def test_a_bad_value_in_the_address_is_said(query: str, app: Flask, connection: Connection) -> None:
    assert signed_in(app, connection, EDITOR).get(f"/staff/enquiries?{query}").status_code == 400


def test_a_number_out_of_use_shows_what_goes_before_it_goes(app: Flask, connection: Connection, areas: Areas) -> None:
    parks = layers.get("parks")
    mine = put(connection, PROJECTS, areas, values(PROJECTS, 1, name="甲处", phone="0833-212 3456"), values(PROJECTS, 2, name="乙处", phone="0833-212 3457", backup_phone="0833-212 3456"))  # fmt: skip
    (park,) = put(connection, parks, areas, values(parks, 3, name="丙园", phone="0833-212 3456"))
    (other,) = put(
        connection,
        PROJECTS,
        areas,
        values(PROJECTS, 4, name="丁处", phone="0833-212 3456", area="511124", lon=104.06, lat=29.65),
    )
    client = signed_in(app, connection, EDITOR)
    page = client.get("/staff/phone?phone=2123456").text
    assert "甲处" in page
    assert "丙园" in page
    assert "丁处" not in page
    assert "另有 1 条" in page
    assert "还有 1 条" in page
    assert app.test_client().get(f"/projects/{mine[0]}").status_code == 200, "looking changes nothing"
    assert send(client, "/staff/phone", {"phone": "2123456", "reason": ""}).status_code == 422
    assert send(client, "/staff/phone", {"phone": "x", "reason": "停机"}).status_code == 422
    assert send(client, "/staff/phone", {"phone": "2123456", "reason": "停机"}).status_code == 303
    public = app.test_client()
    assert [
        public.get(path).status_code
        for path in (f"/projects/{mine[0]}", f"/projects/{mine[1]}", f"/parks/{park}", f"/projects/{other}")
    ] == [410, 200, 410, 200]
    noted = connection.execute(select(Audit.subject, Audit.detail).where(Audit.action == "phone_withdrawn")).one()
    assert tuple(noted) == ("0833-212 3456", {"places": 2, "why": "停机"})
    assert signed_in(app, connection, ADMIN).get("/staff/phone").status_code == 403


def test_pages_speak_english(app: Flask, connection: Connection, place: int) -> None:
    said(app, place)
    (row,) = kept(connection)
    client = signed_in(app, connection, EDITOR)
    for path in (
        f"/report/projects/{place}",
        f"/report/projects/{place}/done",
        "/staff/enquiries",
        f"/staff/enquiries/{row.id}",
        "/staff/phone",
    ):
        assert client.get(f"{path}?lang=en").status_code == 200, path


def test_the_offices_list_marks_what_the_public_cannot_reach(app: Flask, connection: Connection, place: int) -> None:
    client = signed_in(app, connection, EDITOR)
    said(app, place, "wrong")
    assert "1 条反馈</a>" in client.get("/staff/places?layer=projects").text
    for n in (2, 3):
        said(app, place, address=f"10.0.0.{n}")
    assert 'class="fresh expired" href="/staff/enquiries?layer=projects&amp;area=511123">有人说打不通' in client.get("/staff/places?layer=projects").text  # fmt: skip


def test_figures_of_the_table_lead_to_lists_that_show_them(app: Flask, connection: Connection, areas: Areas) -> None:
    put(connection, PROJECTS, areas, values(PROJECTS, 1, valid_until=TODAY + dt.timedelta(days=3)), values(PROJECTS, 2, valid_until=TODAY - dt.timedelta(days=3)), values(PROJECTS, 3, phone=None, precision="county"))  # fmt: skip
    client = signed_in(app, connection, EDITOR)
    page = client.get("/staff/coverage").text
    found = re.findall(r'href="(/staff/places\?[^"]+)">(?:(\d+) 条[^<]*|(\d+))</a>', page)
    assert len(found) >= 5
    for address, few, many in found:
        listed = client.get(address.replace("&amp;", "&"))
        assert listed.status_code == 200, address
        assert 'aria-current="true">' in listed.text, address
        assert re.search(rf'aria-current="true">[^<]* <b>{few or many}</b>', listed.text), (address, few, many)
