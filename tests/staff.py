"""Accounts for tests: made with what they hold, signed in without the form, sending forms with their token."""

from __future__ import annotations

import itertools
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert
from werkzeug.test import TestResponse

from webapp import session
from webapp.models import Account, Grant
from webapp.permissions import Held, Role

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Real Argon2id, too weak for anything but tests."""
_numbers = itertools.count(1)


def account(connection: Connection, *held: Held, name: str = "", password: str = "", **more: Any) -> int:
    """A new account that holds these grants; its id."""
    name = name or f"staff{next(_numbers)}"
    values = {"name": name, "title": f"{name} 科", "password": QUICK.hash(password) if password else None, **more}
    id_: int = connection.execute(insert(Account).values(**values).returning(Account.id)).scalar_one()
    for one in held:
        layers = list(one.layers) if one.layers else None
        connection.execute(insert(Grant).values(account_id=id_, role=one.role, area=one.area, layers=layers))
    return id_


def signed_in(app: Flask, connection: Connection, *held: Held, **more: Any) -> FlaskClient:
    """A client whose cookie is that of a new account with these grants."""
    return as_account(app, connection, account(connection, *held, **more))


def as_account(app: Flask, connection: Connection, account_id: int) -> FlaskClient:
    """A client whose cookie is that of an account."""
    client = app.test_client()
    with app.test_request_context():
        session.begin(connection, account_id)
        token = session.cookie[session.TOKEN]
    with client.session_transaction() as cookie:
        cookie[session.TOKEN] = token
        cookie[session.CSRF] = "0" * 40
    return client


def token(client: FlaskClient) -> str:
    """The token that a form of this client's pages would carry."""
    from flask_wtf.csrf import generate_csrf

    with client.session_transaction() as cookie:
        raw = cookie.setdefault(session.CSRF, "0" * 40)
    with client.application.test_request_context():
        session.cookie[session.CSRF] = raw
        made: str = generate_csrf()
    return made


def send(client: FlaskClient, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
    """POST a form as a page of ours would."""
    return client.post(path, data={"csrf_token": token(client), **(data or {})}, **more)


EDITOR = Held(Role.EDITOR, "511123")
REVIEWER = Held(Role.REVIEWER, "511123")
ADMIN = Held(Role.ADMIN, "511123")
CITY_ADMIN = Held(Role.ADMIN, "511100")
CITY_REVIEWER = Held(Role.REVIEWER, "511100")
