"""The private PostGIS cluster, shared between processes and stopped when nobody uses it."""

from __future__ import annotations

import atexit
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from webapp import postgres
from webapp.config import Settings
from webapp.postgres import ROLE, START_SECONDS, Cluster, ClusterError

DATABASE = "guiyan"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
_held: dict[Path, IO[str]] = {}
"""Locks that this process holds, by the cluster's home."""


def database_url(settings: Settings) -> str:
    """The URL of the application's database; starts the private cluster when that is what is used."""
    if settings.database_url:
        return settings.database_url
    cluster = hold(settings)
    _ensure_database(cluster, DATABASE)
    return cluster.url(DATABASE)


def create_database(settings: Settings, name: str) -> str:
    """Another database of the private cluster with the extensions, for tests and benches; its URL."""
    cluster = hold(settings)
    _ensure_database(cluster, name)
    return cluster.url(name)


def hold_its_own(settings: Settings) -> None:
    """Start and use the cluster too when MAP_DATABASE_URL names another database of it (`make demo-scale`)."""
    if not settings.database_url or not (settings.home / "cluster.lock").exists():
        return
    if f"host={postgres.locate(settings).socket}" in settings.database_url:
        hold(settings)


def drop_database(settings: Settings, name: str) -> None:
    """Remove a database of the private cluster, whoever is connected to it."""
    with hold(settings).superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def hold(settings: Settings) -> Cluster:
    """Use the cluster until this process ends; the last user stops it."""
    cluster = postgres.locate(settings)
    if settings.home not in _held:
        with _alone(settings.home):
            lock = (settings.home / "cluster.lock").open("a")
            fcntl.flock(lock, fcntl.LOCK_SH)
            _held[settings.home] = lock
            postgres.make(cluster)
            postgres.start(cluster)
        atexit.register(release, settings)
    return cluster


def release(settings: Settings) -> None:
    """Stop using the cluster, and stop it when nobody else uses it."""
    lock = _held.pop(settings.home, None)
    if lock is None:
        return
    with lock, _alone(settings.home):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        postgres.stop(postgres.locate(settings))


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One process at a time makes, starts or stops the cluster."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "starting.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _ensure_database(cluster: Cluster, name: str) -> None:
    """The ordinary role and its database with the extensions, made when missing."""
    with _patiently(cluster) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone()
        if not known:
            password = sql.Literal(cluster.password(ROLE))
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(ROLE), password))
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not there:
            made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
            connection.execute(made.format(sql.Identifier(name), sql.Identifier(ROLE)))
    with cluster.superuser(name) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def _patiently(cluster: Cluster) -> psycopg.Connection[tuple[object, ...]]:
    """The superuser's connection, waiting for a server that is still recovering."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return cluster.superuser()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


__all__ = ["ClusterError", "create_database", "database_url", "drop_database", "hold", "hold_its_own", "release"]
