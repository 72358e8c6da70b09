"""Files from machines and from the command line: the same path, the same report, twice the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select, text, update

from layers.areas import Areas
from tests.offices import as_csv, row
from tests.staff import send
from tests.webapp.test_imports_pages import home, office
from webapp.imports.models import Batch, OfficeToken
from webapp.models import Account, Draft, State

__all__ = ["home", "office"]
DRAFT = Draft.__table__
FILE = as_csv([row(1), row(2), row(3, 联系电话="没有")])


@pytest.fixture
def key(office: FlaskClient) -> str:
    """A key of 犍为县, as its maker sees it once."""
    answer = send(office, "/staff/tokens", {"name": "一体化平台", "owner": "511123"})
    found = re.search(r"data-token>([^<]+)<", answer.text)
    assert found
    assert found[1] not in office.get("/staff/tokens").text, "it is shown once"
    return found[1]


def post(
    client: FlaskClient, key: str | None, content: bytes = FILE, path: str = "/api/import/projects", **more: Any
) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.post(path, data=content, headers=headers, content_type="application/octet-stream", **more)


def drafts(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(DRAFT)).scalar_one()


def test_a_machine_sends_a_file_and_the_same_again(client: FlaskClient, key: str, connection: Connection) -> None:
    answer = post(client, key)
    assert answer.status_code == 200, answer.text
    told = answer.json
    assert {n: told[n] for n in ("read", "accepted", "refused", "skipped", "new")} == {
        "read": 3, "accepted": 2, "refused": 1, "skipped": 0, "new": 2,
    }  # fmt: skip
    assert (told["problems"][0]["row"], told["problems"][0]["column"]) == (4, "联系电话")
    assert told["places"][0]["name"] == "高山茶初制加工点1号"
    assert drafts(connection) == 2
    assert connection.execute(select(DRAFT.c.state)).scalars().first() == State.REVIEW
    again = post(client, key).json
    assert (again["same"], again["new"]) == (2, 0)
    assert drafts(connection) == 2


def test_checking_keeps_nothing(client: FlaskClient, key: str, connection: Connection) -> None:
    told = post(client, key, path="/api/import/projects?check=1").json
    assert (told["accepted"], told["new"]) == (2, 2)
    assert drafts(connection) == 0
    assert connection.execute(select(func.count()).select_from(Batch)).scalar() == 0


def test_without_a_key_that_is_good_nothing_opens(
    client: FlaskClient, key: str, office: FlaskClient, connection: Connection
) -> None:
    for wrong in (None, "", "gyt_wrong", key[:-1]):
        answer = post(client, wrong)
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"
    assert post(client, key, path="/api/import/projects?owner=511124").status_code == 403
    id_ = connection.execute(select(OfficeToken.id)).scalar_one()
    assert send(office, f"/staff/tokens/{id_}/revoke").status_code == 303
    assert post(client, key).status_code == 401
    other = send(office, "/staff/tokens", {"name": "别的", "owner": "511124"})
    assert other.status_code == 403


def test_a_blocked_accounts_key_is_dead(client: FlaskClient, key: str, connection: Connection) -> None:
    connection.execute(update(Account).values(active=False))
    assert post(client, key).status_code == 401


def test_rows_beyond_the_accounts_grants_are_refused(client: FlaskClient, key: str, connection: Connection) -> None:
    told = post(client, key, as_csv([row(1, 区县="井研县", 具体地点=""), row(2)])).json
    assert (told["accepted"], told["refused"]) == (1, 1)
    connection.execute(text("DELETE FROM account_grant"))
    assert post(client, key).status_code == 403


@pytest.mark.parametrize(
    ("content", "query", "status", "said"),
    [
        (b"", "", 422, "空"), (b"%PDF-1.7", "", 422, "PDF"), (FILE, "?datum=moon", 400, "datum"),
        (FILE, "?epsg=x", 400, "epsg"), (FILE, "?what=1", 400, "what"), (FILE, "?encoding=klingon", 422, "编码"),
        ("甲,乙\n1,2\n".encode(), "", 422, "表头"),
        ("名称,区县,X坐标,Y坐标\n甲,犍为县,3233218,398000\n".encode(), "", 422, "EPSG"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_as_a_problem(
    content: bytes, query: str, status: int, said: str, client: FlaskClient, key: str, connection: Connection
) -> None:
    answer = post(client, key, content, f"/api/import/projects{query}")
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert said in answer.text
    assert drafts(connection) == 0


def test_a_key_gone_wild_is_slowed(client: FlaskClient, key: str) -> None:
    states = [post(client, key, b"").status_code for _n in range(11)]
    assert states == [422] * 10 + [429]


def test_a_gigabyte_is_refused_before_it_is_read(client: FlaskClient, key: str) -> None:
    answer = post(client, key, b"x", environ_overrides={"CONTENT_LENGTH": str(1024**3)})
    assert answer.status_code == 413


def test_a_large_file_is_left_to_the_worker(client: FlaskClient, key: str, app: Flask, connection: Connection) -> None:
    from webapp.imports import working

    answer = post(client, key, as_csv([row(n) for n in range(1100)]))
    assert answer.status_code == 202
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get(answer.location, headers=headers).json["working"] is True
    with app.app_context():
        assert working.work() == 1
    told = client.get(answer.location, headers=headers).json
    assert (told["working"], told["state"], told["new"], len(told["places"])) == (False, "applied", 1100, 1000)
    assert client.get(answer.location).status_code == 401


def terminal(app: Flask, tmp_path: Path, content: bytes, *options: str) -> Any:
    path = tmp_path / "台账.csv"
    path.write_bytes(content)
    return app.test_cli_runner().invoke(args=["import", str(path), "--layer", "projects", *options])


def test_the_command_line_takes_the_same_path(
    app: Flask, connection: Connection, areas: Areas, home: None, tmp_path: Path
) -> None:
    done = terminal(app, tmp_path, FILE, "--json", "--owner", "511123")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["read"], told["accepted"], told["refused"], told["new"]) == (3, 2, 1, 2)
    found = connection.execute(select(DRAFT.c.state, DRAFT.c.source)).all()
    assert set(found) == {(State.REVIEW, "511123")}
    done = terminal(app, tmp_path, FILE)
    assert done.exit_code == 0, done.output
    assert "没变 2 条" in done.output, "the county is that of every row"
    assert connection.execute(select(Account.active).where(Account.name == "terminal")).scalar() is False
    two = as_csv([row(1), row(2, 区县="井研县", 具体地点="")])
    done = terminal(app, tmp_path, two)
    assert done.exit_code == 2
    assert "--owner" in done.stderr
    assert json.loads(terminal(app, tmp_path, two, "--owner", "511100", "--json").stdout)["new"] == 2
    done = terminal(app, tmp_path, b"\0\1\2")
    assert done.exit_code == 2
