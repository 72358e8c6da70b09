"""`flask snapshot …`: keep the files that the public is answered from, build them once, say how they stand."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

import layers
from layers import store
from webapp import building, db, standing, watching
from webapp.building import Builder
from webapp.config import CHECKOUT

group = AppGroup("snapshot", help="The copy in files that the public is answered from.")
NICE = 5
"""Whoever waits for a page comes before a full build; merging is what the public waits for."""


@group.command()
@click.option("--beside", is_flag=True, help="End when standard input is closed: whoever started it is gone.")
@with_appcontext
def watch(beside: bool) -> None:
    """Keep the files as the database is until Ctrl-C (`make run` runs one; others stand by)."""
    command = [sys.executable, "-m", "flask", "--app", str(CHECKOUT / "wsgi.py"), "snapshot", "build"]
    here, engine = _folder(), db.engine()
    url = engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "MAP_DATABASE_URL": url}
    ends = watching.with_input if beside else watching.for_ever
    watching.watch(engine, here, lambda: Builder(here, command, environment), ends)


@group.command()
@click.argument("keys", nargs=-1, type=click.Choice([layer.key for layer in layers.LAYERS]))
@click.option("--into", type=click.Path(path_type=Path), help="Write there and name nothing: what a watching one does.")
@with_appcontext
def build(keys: tuple[str, ...], into: Path | None) -> None:
    """Build layers from nothing, all of them when none is named."""
    wanted = keys or tuple(layer.key for layer in layers.LAYERS)
    if into is not None:
        os.nice(NICE)
        _full(into, wanted)
        return
    with watching.alone(_folder()) as alone:
        if not alone:
            raise click.ClickException("a builder is at work: stop it first, or let it do it")
        _full(_folder(), wanted)


def _full(folder: Path, keys: tuple[str, ...]) -> None:
    with db.engine().connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        state = building.full(connection, folder, keys, db.day_in_china())
    click.echo("built: " + ", ".join(f"{key} {kept.n}" for key, kept in state.kept.items()))


@group.command()
@with_appcontext
def status() -> None:
    """What is kept, of which version, how large, and when it was last looked at."""
    state, pulse = store.read(_folder()), watching.pulse(_folder())
    for key, kept in state.kept.items():
        size = sum(file.size for file in kept.files.values()) / 1e6
        click.echo(f"{key:12} version {kept.n:6} {kept.at:22} {size:8.1f} MB")
    looked = f"{time.time() - pulse.at:.1f} s ago" if pulse.at else "never"
    click.echo(f"last found to be as the database is: {looked}" + (" (the database is gone)" if pulse.since else ""))


def _folder() -> Path:
    return standing.folder(current_app.config["SETTINGS"])
