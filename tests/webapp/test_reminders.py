"""What there is to do: counted in one statement, shown above staff's pages, sent once a day through a real mail server."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from flask import Flask
from sqlalchemy import Connection, insert, select, text

import layers
from layers.areas import Areas
from tests.desks import NOON, desk
from tests.places import TODAY, put, values
from tests.staff import ADMIN, EDITOR, REVIEWER, account, as_account, signed_in
from tests.webapp.test_coverage import counting
from webapp import reminders, session, todo
from webapp.models import Audit, Draft, Enquiry, Reminder
from webapp.permissions import Held, Role

PROJECTS = layers.get("projects")
DAY = dt.timedelta(days=1)


class Box:
    """A mail server's box: takes letters, refuses some people, asks for a password where told."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answers: dict[str, str] = {}
        self.signed_in: list[bytes] = []

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((tuple(envelope.rcpt_tos), letter))
        return "250 OK"

    def check(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.signed_in.append(data.login)
        return AuthResult(success=data.password == b"p@ss")

    def to(self) -> list[str]:
        return [who for whole, _letter in self.letters for who in whole]


@pytest.fixture
def box(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    """A mail server on this machine, and settings that name it."""
    found = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(found, "127.0.0.1", port, authenticator=found.check, auth_require_tls=False)
    server.start()
    settings = dataclasses.replace(
        app.config["SETTINGS"], smtp_url=f"smtp://map%40x:p%40ss@127.0.0.1:{port}", mail_from="归雁图 <map@example.gov.cn>",
        public_url="https://map.example.gov.cn",
    )  # fmt: skip
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    yield found
    server.stop()


@pytest.fixture
def work(connection: Connection, areas: Areas) -> None:
    """Two places that end soon, a draft in review, two reports of which one is late; and the same next door."""
    soon, later = TODAY + 14 * DAY, TODAY + 15 * DAY
    put(connection, PROJECTS, areas, values(PROJECTS, 1, valid_until=soon, verified=TODAY), values(PROJECTS, 2, valid_until=later, verified=TODAY - 80 * DAY),
        values(PROJECTS, 3, valid_until=later, verified=TODAY), values(PROJECTS, 4, valid_until=TODAY - DAY, verified=TODAY),
        values(PROJECTS, 5, area="511124", lon=104.06, lat=29.65, valid_until=soon, verified=TODAY))  # fmt: skip
    author = account(connection)
    for area, state in (("511123", "review"), ("511123", "draft"), ("511124", "review")):
        row = {
            "layer": "projects",
            "area": area,
            "values": {},
            "author_id": author,
            "editor_id": author,
            "state": state,
        }
        connection.execute(insert(Draft).values(**row))
    for area, due, answered in (
        ("511123", TODAY, None),
        ("511123", TODAY - DAY, None),
        ("511123", TODAY - DAY, NOON),
        ("511124", TODAY, None),
    ):
        asked = {"layer": "projects", "place_id": 1, "area": area, "kind": "wrong", "asker": "x", "due_on": due}
        connection.execute(insert(Enquiry).values(**asked, answered_at=answered))


def counted(app: Flask, connection: Connection, areas: Areas, who: int) -> dict[str, int]:
    with app.app_context():
        found = todo.items(desk(connection, session.account(connection, who), areas))
    return {item.words: item.count for item in found}


def test_it_counts_what_the_account_may_do(app: Flask, connection: Connection, areas: Areas, work: None) -> None:
    editor = {"%(n)s 条 14 天内到期": 2, "%(n)s 条反馈没答复": 2, "%(n)s 条反馈超期了": 1}
    reviewer = {"%(n)s 条等审核": 1, "%(n)s 条反馈没答复": 2, "%(n)s 条反馈超期了": 1}
    assert counted(app, connection, areas, account(connection, EDITOR)) == editor
    assert counted(app, connection, areas, account(connection, REVIEWER)) == reviewer
    assert counted(app, connection, areas, account(connection, EDITOR, REVIEWER)) == {**editor, **reviewer}
    assert counted(app, connection, areas, account(connection, Held(Role.EDITOR, "511123", ("parks",)))) == {}
    assert counted(app, connection, areas, account(connection, ADMIN)) == {}
    assert counted(app, connection, areas, account(connection)) == {}


def test_nobody_is_told_to_review_what_they_wrote_or_have_approved(
    app: Flask, connection: Connection, areas: Areas, work: None
) -> None:
    author, again = (account(connection, REVIEWER) for _n in range(2))
    connection.execute(text("UPDATE draft SET author_id = :id WHERE state = 'review'"), {"id": author})
    connection.execute(text("UPDATE draft SET approvals = jsonb_build_array(jsonb_build_object('account', CAST(:id AS bigint)))"), {"id": again})  # fmt: skip
    assert "%(n)s 条等审核" not in counted(app, connection, areas, author)
    assert "%(n)s 条等审核" not in counted(app, connection, areas, again)
    assert counted(app, connection, areas, account(connection, REVIEWER))["%(n)s 条等审核"] == 1


def test_it_is_one_statement_and_stands_above_the_page(
    app: Flask, connection: Connection, areas: Areas, work: None
) -> None:
    who = session.account(connection, account(connection, EDITOR, REVIEWER))
    with app.app_context(), counting(connection) as statements:
        todo.items(desk(connection, who, areas))
    assert len(statements) == 1
    page = signed_in(app, connection, EDITOR).get("/staff/checks").text
    assert '<b class="waiting">2</b>' in page
    assert "2 条 14 天内到期" in page
    assert 'class="late">1 条反馈超期了' in page
    assert "今天要办" not in signed_in(app, connection, Held(Role.EDITOR, "511181")).get("/staff/checks").text


def test_a_letter_says_what_is_to_do_and_comes_once_a_day(
    app: Flask, connection: Connection, work: None, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(connection, EDITOR, email="editor@example.org", title="犍为县人社局·编辑")
    account(connection, Held(Role.EDITOR, "511181"), email="idle@example.org")
    account(connection, EDITOR, email=None)
    account(connection, EDITOR, email="demo@example.org", demo=True)
    account(connection, EDITOR, email="blocked@example.org", active=False)
    with app.app_context():
        assert reminders.send() == 1
        assert reminders.send() == 0
    assert box.signed_in == [b"map@x"]
    ((to, letter),) = box.letters
    assert to == ("editor@example.org",)
    assert letter["From"] == "归雁图 <map@example.gov.cn>"
    assert letter["Subject"] == "归雁图：今天要办的事"
    body = letter.get_content()
    assert "犍为县人社局·编辑" in body
    assert "2 条 14 天内到期" in body
    assert "1 条反馈超期了" in body
    assert "https://map.example.gov.cn/staff/enquiries" in body
    assert connection.execute(select(Audit.action)).scalars().all() == ["remind"]
    for days, hour, number in ((1, 7, 1), (1, 8, 2), (1, 17, 2), (2, 18, 2), (3, 12, 3)):
        moment = (NOON + days * DAY).replace(hour=hour)
        monkeypatch.setitem(app.extensions, "clock", lambda now=moment: now)
        with app.app_context():
            reminders.send()
        assert len(box.letters) == number, (days, hour)


def test_what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_not(
    app: Flask, connection: Connection, work: None, box: Box
) -> None:
    for name in ("full", "gone", "fine"):
        account(connection, EDITOR, email=f"{name}@example.org")
    box.answers = {"full@example.org": "452 mailbox full", "gone@example.org": "550 no such user"}
    with app.app_context():
        assert reminders.send() == 1
        box.answers = {}
        assert reminders.send() == 1
    assert box.to() == ["fine@example.org", "full@example.org"]
    assert len(connection.execute(select(Reminder.account_id)).all()) == 3


def test_nothing_is_sent_where_no_server_is_set(app: Flask, connection: Connection, work: None) -> None:
    account(connection, EDITOR, email="editor@example.org")
    with app.app_context():
        assert reminders.send() == 0
    assert not connection.execute(select(Reminder.account_id)).all()


def test_a_server_that_is_away_takes_nobodys_day(
    app: Flask, connection: Connection, work: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(connection, EDITOR, email="editor@example.org")
    settings = dataclasses.replace(app.config["SETTINGS"], smtp_url="smtp://127.0.0.1:9", mail_from="map@example.org")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    with app.app_context(), pytest.raises(OSError, match="refused"):
        reminders.send()
    assert not connection.execute(select(Reminder.account_id)).all()


def test_an_address_cannot_add_headers(app: Flask, connection: Connection, work: None, box: Box) -> None:
    account(connection, EDITOR, email="a@example.org\r\nBcc: all@example.org")
    account(connection, EDITOR, email="b@例子.org")
    with app.app_context():
        reminders.send()
    assert "all@example.org" not in box.to()


def test_two_workers_write_once(app: Flask, connection: Connection) -> None:
    who = session.account(connection, account(connection, EDITOR))
    with app.app_context():
        assert reminders._claim(who, TODAY)
        assert not reminders._claim(who, TODAY)
        assert reminders._claim(who, TODAY + DAY)


def test_every_page_of_the_office_carries_the_line_in_english_too(
    app: Flask, connection: Connection, work: None
) -> None:
    client = as_account(app, connection, account(connection, EDITOR, REVIEWER))
    for path in ("/staff/enquiries", "/staff/checks", "/staff/coverage", "/staff/phone"):
        page = client.get(f"{path}?lang=en")
        assert page.status_code == 200
        assert 'class="today"' in page.text
