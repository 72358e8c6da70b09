"""Alembic through its own interface: the script folder, the newest revision, upgrading."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """The configuration that `alembic` commands take; no .ini file is needed."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes["connection"] = connection
    return made


@cache
def head() -> str:
    """The newest revision that this program knows."""
    found = ScriptDirectory.from_config(config()).get_current_head()
    assert found is not None
    return found


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the database to a revision, in the connection's transaction."""
    command.upgrade(config(connection), revision)


def revise(connection: Connection, message: str) -> None:
    """Write the next revision from the difference between models and database."""
    script = ScriptDirectory.from_config(config())
    number = f"{int((script.get_current_head() or '0')[:4]) + 1:04d}"
    command.revision(config(connection), message=message, autogenerate=True, rev_id=number)
