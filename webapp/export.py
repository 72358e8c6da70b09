"""`flask export`: the file of a question, as the page's downloads make it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import click
from flask import current_app
from flask.cli import with_appcontext


@click.command()
@click.argument("key")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--query", default="", help="Filters as in the address, like area=511123&budget=..20")
@with_appcontext
def export(key: str, file: Path, query: str) -> None:
    """Write the public places of layer KEY to FILE; its ending says the format."""
    address = f"/{key}{file.suffix}"
    answer = current_app.test_client().get(address, query_string=dict(parse_qsl(query)))
    if answer.status_code != 200:
        told = answer.get_json(silent=True) or {}
        raise click.ClickException(told.get("detail") or told.get("title") or f"{address}: {answer.status}")
    file.write_bytes(answer.data)
    click.echo(f"{len(answer.data)} bytes written to {file}")
