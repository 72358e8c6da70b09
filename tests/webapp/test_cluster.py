"""The private cluster survives what happens to it: killed servers, half-made folders, closed parents, other versions."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.processes import answers, environment, flask, free_port, until
from webapp import cluster, postgres
from webapp.config import CHECKOUT, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings with a home of their own, whose cluster is stopped and removed at the end."""
    made = Settings.from_env({"MAP_HOME": str(tmp_path / "home")})
    yield made
    cluster.release(made)
    data = postgres.locate(made).data if not (tmp_path / "odd").exists() else None
    if data is not None and data.exists():
        postgres.stop(postgres.locate(made))
        shutil.rmtree(data.parent if "guiyan" in data.parent.parts[-2:] else data, ignore_errors=True)


def number(url: str, statement: str) -> int:
    plain = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain) as connection:
        row = connection.execute(statement).fetchone()
        assert row is not None
        return int(row[0])


def test_it_is_made_once_and_its_role_is_ordinary(settings: Settings) -> None:
    url = cluster.database_url(settings)
    assert number(url, "SELECT count(*) FROM pg_extension WHERE extname IN ('postgis', 'pg_trgm')") == 2
    assert number(url, "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND rolsuper") == 0
    assert cluster.database_url(settings) == url
    for name in ("guiyan", "postgres"):
        assert (settings.home / f"password-{name}").stat().st_mode & 0o077 == 0


def test_a_half_made_cluster_is_made_anew(settings: Settings) -> None:
    found = postgres.locate(settings)
    left = found.data.parent / "making-1"
    left.mkdir(parents=True)
    (left / "base").write_text("half")
    assert number(cluster.database_url(settings), "SELECT 1") == 1
    assert not left.exists()


def test_the_last_user_stops_it_and_nobody_before(settings: Settings) -> None:
    code = (
        "import sys; from webapp import cluster; from webapp.config import Settings;"
        "print(cluster.database_url(Settings.from_env()))"
    )
    environment = {**os.environ, "MAP_HOME": str(settings.home)}
    url = cluster.database_url(settings)
    other = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == url
    assert postgres.running(postgres.locate(settings))
    cluster.release(settings)
    assert not postgres.running(postgres.locate(settings))


def test_another_major_version_is_refused_with_what_to_do(settings: Settings, tmp_path: Path) -> None:
    data = postgres.locate(settings).data
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(postgres.ClusterError, match=r"made by PostgreSQL 9.*flask backup"):
        cluster.database_url(settings)
    (data / "PG_VERSION").unlink()


def serve(home: Path, port: int) -> subprocess.Popen[bytes]:
    """`flask serve` in a process group of its own, answering."""
    own = environment(home, MAP_PORT=str(port))
    server = subprocess.Popen(flask("serve"), env=own, cwd=CHECKOUT, start_new_session=True, stdout=subprocess.DEVNULL)
    until(lambda: answers(port))
    return server


def test_killing_the_server_loses_nothing(settings: Settings) -> None:
    port = free_port()
    first = serve(settings.home, port)
    try:
        url = cluster.database_url(settings)
        before = number(url, "SELECT count(*) FROM projects")
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    again = serve(settings.home, port)
    try:
        assert before > 150
        assert number(url, "SELECT count(*) FROM projects") == before
        postgres.stop(postgres.locate(settings))
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20)
        assert answer.value.code == 503
        answer.value.close()
    finally:
        again.terminate()
        assert again.wait(timeout=40) == 0
