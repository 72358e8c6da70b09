"""`flask user …` and the demo accounts of a machine of one's own."""

from __future__ import annotations

import dataclasses

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Connection, select, update

from tests.staff import ADMIN, CITY_ADMIN, QUICK, account, send
from webapp import demo, passwords
from webapp.config import Settings
from webapp.models import Account, Audit, Grant

GOOD = "a long river flows by"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)


def run(app: Flask, *arguments: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["user", *arguments], input=typed)


def test_the_first_administrator_comes_from_the_command_line(app: Flask, connection: Connection) -> None:
    done = run(
        app, "add", "Boss", "--title", "市人社局", "--role", "admin", "--area", "511100", typed=f"{GOOD}\n{GOOD}\n"
    )
    assert done.exit_code == 0, done.output
    assert GOOD not in done.output
    client = app.test_client()
    assert send(client, "/account/sign-in", {"name": "boss", "password": GOOD}).status_code == 303
    assert client.get("/staff/people/").status_code == 200
    entry = connection.execute(select(Audit).order_by(Audit.id)).first()
    assert entry is not None
    assert (entry.who, entry.action, entry.area, entry.address) == ("flask", "account_new", "511100", None)


def test_with_a_link_nobody_types_a_password(app: Flask, connection: Connection) -> None:
    given = ("--title", "x", "--role", "editor", "--area", "511123", "--layers", "parks, projects", "--link")
    done = run(app, "add", "li.ming", *given)
    path = done.output.strip().removeprefix("http://127.0.0.1:8000")
    assert path.startswith("/account/reset/")
    assert app.test_client().get(path).status_code == 200
    assert connection.execute(select(Grant.layers)).scalar() == ["parks", "projects"]
    again = run(app, "reset", "LI.MING").output.strip().removeprefix("http://127.0.0.1:8000")
    assert app.test_client().get(again).status_code == 200
    assert app.test_client().get(path).status_code == 410


@pytest.mark.parametrize(
    ("over", "typed", "told"),
    [
        ({"name": "x"}, None, "2 to 40"), ({"area": "999999"}, None, "no area"), ({"layers": "roads"}, None, "no layer roads"),
        ({}, "short\nshort\n", "至少 10"), ({"name": "taken"}, f"{GOOD}\n{GOOD}\n", "already"), ({"role": "king"}, None, "king"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(
    over: dict[str, str], typed: str | None, told: str, app: Flask, connection: Connection
) -> None:
    account(connection, ADMIN, name="taken")
    given = {"name": "fits", "role": "editor", "area": "511123", "layers": "", **over}
    arguments = ["--title", "x", "--role", given["role"], "--area", given["area"], "--layers", given["layers"]]
    done = run(app, "add", given["name"], *arguments, typed=typed)
    assert done.exit_code != 0
    assert told in done.output
    assert connection.scalars(select(Account.name)).all() == ["taken"]


def test_block_and_list(app: Flask, connection: Connection) -> None:
    account(connection, CITY_ADMIN, name="only", password="x")
    account(connection, ADMIN, name="other", password="x")
    refused = run(app, "block", "only")
    assert refused.exit_code != 0
    assert "nobody else administers 511100" in refused.output
    assert run(app, "block", "other").exit_code == 0
    told = run(app, "list").output
    assert "admin:511123" in told
    assert [line.split()[0] for line in told.splitlines() if line.endswith("blocked")] == ["other"]
    assert run(app, "unblock", "other").exit_code == 0
    assert run(app, "block", "nobody").exit_code != 0


def test_demo_accounts_are_for_a_machine_of_ones_own(settings: Settings) -> None:
    for url in ("http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:8000"):
        assert demo.allowed(dataclasses.replace(settings, public_url=url))
    for more in (
        {"public_url": "https://map.example.gov.cn"}, {"public_url": "http://0.0.0.0:8000"}, {"sample": False},
        {"public_url": "http://127.0.0.1.example.org"}, {"public_url": "http://192.168.1.5:8000"},
    ):  # fmt: skip
        assert not demo.allowed(dataclasses.replace(settings, **more))  # type: ignore[arg-type]


def test_demo_accounts_have_the_password_that_is_printed(
    app: Flask, connection: Connection, settings: Settings
) -> None:
    demo.ensure(connection, settings)
    password = demo.password(settings)
    assert password in demo.told(settings)
    for name in demo.ACCOUNTS:
        assert name in demo.told(settings)
        client = app.test_client()
        assert send(client, "/account/sign-in", {"name": name, "password": password}).status_code == 303
        assert "示例·" in client.get("/account/").text


def test_a_second_start_changes_nothing_and_another_secret_changes_the_password(
    connection: Connection, settings: Settings
) -> None:
    demo.ensure(connection, settings)
    connection.execute(update(Account).where(Account.name == "demo-yujin-editor").values(active=False))
    before = connection.execute(select(Account).order_by(Account.id)).all()
    demo.ensure(connection, settings)
    assert connection.execute(select(Account).order_by(Account.id)).all() == before
    other = dataclasses.replace(settings, secret_key="another")
    assert demo.password(other) != demo.password(settings)
    demo.ensure(connection, other)
    kept = connection.scalar(select(Account.password).where(Account.name == "demo-leshan-admin"))
    assert passwords.matches(kept, demo.password(other))
    assert connection.scalar(select(Account.active).where(Account.name == "demo-yujin-editor")) is False


def test_a_real_account_of_such_a_name_stays_its_owners(connection: Connection, settings: Settings) -> None:
    id_ = account(connection, ADMIN, name="demo-leshan-admin", password="mine")
    before = connection.execute(select(Account).where(Account.id == id_)).one()
    demo.ensure(connection, settings)
    demo.ensure(connection, settings)
    assert connection.execute(select(Account).where(Account.id == id_)).one() == before
