"""The commands of `flask`: serving, migrations, sample catalogue, settings, layers, backup."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.engine import make_url

import layers
from webapp import (
    config,
    db,
    describe,
    export,
    facts,
    incoming_cli,
    migrating,
    osm,
    samples,
    snapshot_commands,
    user_commands,
)

EMPTY = """
DO $$
DECLARE drop_it text;
BEGIN
  FOR drop_it IN
    SELECT 'DROP ' || mine.kind || ' IF EXISTS ' || mine.name || ' CASCADE' FROM (
      SELECT 1 AS turn, 'TABLE' AS kind, c.oid, c.oid::regclass::text AS name FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relowner = current_user::regrole
      UNION ALL
      SELECT 2, 'ROUTINE', p.oid, p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.proowner = current_user::regrole
      UNION ALL
      SELECT 3, 'TYPE', t.oid, t.oid::regtype::text FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = 'public'::regnamespace AND t.typowner = current_user::regrole
          AND (t.typtype = 'e' OR c.relkind = 'c')
    ) AS mine
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = mine.oid AND d.deptype = 'e')
    ORDER BY mine.turn
  LOOP
    EXECUTE drop_it;
  END LOOP;
END $$
"""
"""Drops every table, routine and type that is ours and no extension's."""

database = AppGroup("db", help="The database's migrations.")
sample = AppGroup("sample", help="The sample catalogue (示例).")
layer_group = AppGroup("layers", help="The layers of the map.")


def register(app: Flask) -> None:
    """Give the application its commands."""
    groups = (database, sample, layer_group, osm.group, user_commands.group, snapshot_commands.group)
    alone = (serve, worker, settings, areas, backup, restore, export.export, incoming_cli.command)
    for command in (*groups, *alone):
        app.cli.add_command(command)


@click.command()
@with_appcontext
def serve() -> None:
    """Bring everything up to date, then serve until Ctrl-C."""
    from webapp import serving

    sys.exit(serving.run(current_app.config["SETTINGS"]))


@click.command()
@click.option("--beside", is_flag=True, help="End when standard input is closed: whoever started it is gone.")
@with_appcontext
def worker(beside: bool) -> None:
    """Publish what is due, send reminders, remove what is old, until Ctrl-C (`make run` runs one)."""
    from webapp import jobs

    if not db.migrated():
        raise click.ClickException("the database lacks a migration: run `flask db upgrade`")
    jobs.run(current_app._get_current_object(), beside=beside)  # type: ignore[attr-defined]


@database.command()
@with_appcontext
def upgrade() -> None:
    """Apply every migration that is missing."""
    with db.writing() as connection:
        migrating.upgrade(connection)
    click.echo(f"database is at revision {migrating.head()}")


@database.command()
@click.argument("message")
@with_appcontext
def revision(message: str) -> None:
    """Write the next migration from what the models have and the database has not."""
    with db.writing() as connection:
        migrating.revise(connection, message)


@click.command()
@with_appcontext
def areas() -> None:
    """Load the areas and their outlines (`flask sample load` does it too)."""
    with db.writing() as connection:
        click.echo(f"{facts.load_areas(connection, db.today())} areas loaded")


@sample.command()
@with_appcontext
def load() -> None:
    """Load areas and sample catalogue; what is there already stays as it is."""
    with db.writing() as connection:
        counted = samples.load(connection, db.today())
    click.echo("new: " + ", ".join(f"{number} {name}" for name, number in counted.items()))


@sample.command()
@with_appcontext
def refresh() -> None:
    """Move the sample catalogue's dates as if it were first loaded today."""
    with db.writing() as connection:
        click.echo(f"{samples.refresh(connection, db.today())} dates moved")


@click.command()
def settings() -> None:
    """Every setting with its default and what it is for."""
    for setting in config.TABLE:
        click.echo(f"{config.PREFIX + setting.name:26} {setting.default or '-':14} {setting.help}")


@layer_group.command()
@click.argument("key")
def show(key: str) -> None:
    """Everything that is derived from a layer: columns, filters, addresses."""
    if key not in [layer.key for layer in layers.LAYERS]:
        raise click.ClickException(f"no layer {key}; there are {', '.join(y.key for y in layers.LAYERS)}")
    click.echo(describe.layer(layers.get(key)))


@layer_group.command()
@click.option("--check", is_flag=True, help="Change nothing; fail when the file is not as it would be written.")
def document(check: bool) -> None:
    """Write docs/layers.md."""
    written = describe.document()
    if check and describe.PATH.read_text(encoding="utf-8") != written:
        raise click.ClickException("docs/layers.md is not up to date: run `flask layers document`")
    if not check:
        describe.PATH.write_text(written, encoding="utf-8")


def _pg(program: str, *arguments: str) -> None:
    """Run a PostgreSQL client program on the application's database, its password in the environment."""
    url = make_url(str(db.engine().url.render_as_string(hide_password=False)))
    host = url.query.get("host") or url.host or ""
    asked = ["-h", str(host), "-U", url.username or "", "-d", url.database or ""]
    asked += ["-p", str(url.port)] if url.port else []
    environment = {"PGPASSWORD": url.password or "", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([program, *asked, *arguments], env=environment, check=False)
    if done.returncode:
        raise click.ClickException(f"{program} failed")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write the whole database to FILE (pg_dump's custom format)."""
    _pg("pg_dump", "--format=custom", "--no-owner", f"--file={file}")
    click.echo(f"written to {file}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def restore(file: Path, yes: bool) -> None:
    """Replace the whole database by the one in FILE."""
    if not yes:
        click.confirm("This replaces everything in the database. Go on?", abort=True)
    with db.writing() as connection:
        connection.exec_driver_sql(EMPTY)
    _pg(
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        "--no-comments",
        *_without_extensions(file),
    )
    with db.writing() as connection:  # who was signed in when the file was written is not signed in now
        if sa.inspect(connection).has_table("sign_in"):
            connection.exec_driver_sql("UPDATE sign_in SET ended_at = now() WHERE ended_at IS NULL")
    click.echo("restored")


def _without_extensions(file: Path) -> list[str]:
    """Restore everything but the extensions and what they keep, which only a superuser may make."""
    listed = subprocess.run(["pg_restore", "--list", str(file)], capture_output=True, text=True, check=True).stdout
    theirs = (" EXTENSION ", "COMMENT", " TABLE DATA public spatial_ref_sys ")
    kept = [line for line in listed.splitlines() if not any(part in line for part in theirs)]
    contents = current_app.config["SETTINGS"].home / "restore.list"
    contents.write_text("\n".join(kept))
    return [f"--use-list={contents}", str(file)]
