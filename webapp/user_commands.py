"""`flask user …`: the first administrator, and help when nobody can sign in."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import Connection, select

import layers
from layers.words import untranslated
from webapp import appointing, db, passwords, people, reset, session
from webapp.appointing import OPERATOR
from webapp.models import Account
from webapp.permissions import Held, Role

group = AppGroup("user", help="Accounts of staff.")


@group.command()
@click.argument("name")
@click.option("--title", required=True, help="Office and post, as others see it.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--area", required=True, help="Code of the area, like 511100.")
@click.option("--layers", "keys", default="", help="Only these layers, with commas between; all without it.")
@click.option("--link", is_flag=True, help="Print a link that sets the password instead of asking for it.")
@with_appcontext
def add(name: str, title: str, role: str, area: str, keys: str, link: bool) -> None:
    """Make the account NAME with one grant."""
    name = appointing.tidied(name)
    if not appointing.NAME.fullmatch(name):
        raise click.ClickException("a name has 2 to 40 letters, digits, dots, hyphens or Chinese characters")
    held = _held(role, area, keys)
    password = "" if link else _asked_password(name)
    try:
        with db.writing() as connection:
            id_ = appointing.create(connection, OPERATOR, name, title, held)
            told = appointing.link(connection, OPERATOR, id_) if link else _given(connection, id_, password)
    except appointing.NameTaken:
        raise click.ClickException(f"there is an account {name} already") from None
    click.echo(told)


def _held(role: str, area: str, keys: str) -> Held:
    if area not in db.areas():
        raise click.ClickException(f"no area has the code {area}")
    chosen = tuple(key.strip() for key in keys.split(",") if key.strip())
    known = [layer.key for layer in layers.LAYERS]
    unknown = [key for key in chosen if key not in known]
    if unknown:
        raise click.ClickException(f"no layer {unknown[0]}; there are {', '.join(known)}")
    return Held(Role(role), area, chosen or None)


def _asked_password(name: str) -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    refused = passwords.refusal(password, name, untranslated)
    if refused:
        raise click.ClickException(refused)
    return password


def _given(connection: Connection, account_id: int, password: str) -> str:
    reset.set_password(connection, account_id, password)
    return f"account {session.account(connection, account_id).name} can sign in"


@group.command("reset")
@click.argument("name")
@with_appcontext
def reset_(name: str) -> None:
    """Print a link, good once and for three days, that sets NAME's password."""
    with db.writing() as connection:
        click.echo(appointing.link(connection, OPERATOR, _named(connection, name)))


@group.command()
@click.argument("name")
@with_appcontext
def block(name: str) -> None:
    """Let NAME in no more and end its sessions."""
    try:
        with db.writing() as connection:
            appointing.block(connection, OPERATOR, _named(connection, name))
    except appointing.LastAdmin as last:
        raise click.ClickException(f"nobody else administers {last}; make another administrator first") from None
    click.echo("blocked")


@group.command()
@click.argument("name")
@with_appcontext
def unblock(name: str) -> None:
    """Let NAME in again."""
    with db.writing() as connection:
        appointing.unblock(connection, OPERATOR, _named(connection, name))
    click.echo("can sign in again")


@group.command("list")
@with_appcontext
def list_() -> None:
    """Every account with what it is trusted with."""
    asked = select(Account.id, Account.name, Account.title, Account.active, Account.demo).order_by(Account.name)
    rows = db.connection().execute(asked).all()
    grants = people.grants(db.connection(), [row.id for row in rows])
    for row in rows:
        held = " ".join(f"{g.role}:{g.area}" + (f"[{','.join(g.layers)}]" if g.layers else "") for g in grants[row.id])
        marks = ("" if row.active else " blocked") + (" demo" if row.demo else "")
        click.echo(f"{row.name:24} {held or '-':32} {row.title}{marks}")


def _named(connection: Connection, name: str) -> int:
    found = connection.scalar(select(Account.id).where(Account.name == appointing.tidied(name)))
    if found is None:
        raise click.ClickException(f"no account {name}; `flask user list` shows all")
    return found
