"""Servers are started on loopback, known by their workers, and ended with all that they started."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from bench import memory, peers, seeing, servers
from bench.questions import Deck
from bench.reading import Bench
from bench.wire import Wire
from tests.bench.conftest import N
from webapp import db
from webapp.config import Settings

SERVER = """
import http.server, subprocess, sys
child = subprocess.Popen(["sleep", "600"])
open("child", "w").write(str(child.pid))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_server_is_ended_with_its_children(tmp_path: Path) -> None:
    port = servers.free_port()
    command = [sys.executable, "-c", SERVER, str(port)]
    with servers.serving(command, os.environ, port, "/child", tmp_path / "log", tmp_path) as pid:
        child = int((tmp_path / "child").read_text())
        assert child in servers.children(pid)
        assert alive(child)
    assert not alive(pid)
    assert not alive(child)


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    port = servers.free_port()
    command = [sys.executable, "-c", "raise SystemExit('the disk is full')"]
    with (
        pytest.raises(servers.NotServing, match="the disk is full"),
        servers.serving(command, os.environ, port, "/", tmp_path / "log", tmp_path),
    ):
        pass


def test_a_peer_that_is_not_there_is_said_to_be_missing(
    scale: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "VENV", tmp_path / "nowhere")
    for peer in (peers.tipg, peers.pygeoapi):
        with pytest.raises(peers.Missing), peer(scale, tmp_path):
            pass
    broken = tmp_path / "lock.txt"
    broken.write_text("tipg==0 --hash=sha256:00\n")
    monkeypatch.setattr(peers, "LOCK", broken)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(peers.Missing, match="not installed"):
        peers.install()


@pytest.mark.skipif(not Path("/usr/sbin/nginx").exists(), reason="nginx is installed by `make bench` alone")
def test_nginx_serves_the_same_bytes(tmp_path: Path) -> None:
    content = os.urandom(30_000)
    with peers.nginx(content, "application/vnd.mapbox-vector-tile", tmp_path) as (port, path):
        wire = Wire(port)
        assert wire.ask(path) == wire.ask(path) == (200, content)
        wire.close()


def test_our_site_is_served_as_an_operator_would(scale: str, settings: Settings, tmp_path: Path) -> None:
    with servers.site(settings, scale, tmp_path) as (port, pid):
        bench = Bench(scale, N, db.day_in_china(), tmp_path, Deck(scale), port, pid)
        until = time.monotonic() + 30
        held = seeing.hold(bench)
        while len(held) < 2 and time.monotonic() < until:
            for wire in held.values():
                wire.close()
            held = seeing.hold(bench)
        assert [*sorted(held)] == servers.workers(pid)
        assert all(memory.private(worker) > 10 for worker in held)
        for wire in held.values():
            wire.close()
        memory.measure(bench)
        assert bench.goals[1].met in ("met", "not measured"), "nothing of ours is mapped that is larger than 600 MB"
        told = bench.site(["/facets/projects", "/nothing"], 1)
        assert dict(told.statuses) == {200: 1, 404: 1}
        assert told.failed == 1
    assert not alive(pid)
