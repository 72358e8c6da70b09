"""The peers as their own documentation starts them, in a virtual environment of their own, on the scale database."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url

from bench.servers import NotServing, free_port, serving
from webapp.config import CHECKOUT

VENV = CHECKOUT / ".bench-venv"
LOCK = CHECKOUT / "bench" / "requirements-peers.txt"
WORKERS = 2
"""As many as our own server has."""
INSTALL_SECONDS = 600
TIPG = "/collections/bench.places/items"
PYGEOAPI = "/collections/projects/items"


class Missing(RuntimeError):
    """A peer is not there; the text is what the table says instead of its figures."""


def install() -> None:
    """The peers' virtual environment as the lock has it; Missing when it cannot be made."""
    done = VENV / f".made-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    if done.exists():
        return
    print("virtual environment of the peers …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    for command in ([sys.executable, "-m", "venv", str(VENV)], [*pip, "--require-hashes", "-r", str(LOCK)]):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            raise Missing(f"not installed ({type(error).__name__})") from None
    done.touch()


def _program(name: str) -> str:
    return str(VENV / "bin" / name)


def _clean() -> dict[str, str]:
    """The environment without what belongs to our own site or its virtual environment."""
    ours = ("MAP_", "PYTHON", "VIRTUAL_ENV", "FLASK", "TIPG_", "PYGEOAPI_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@contextmanager
def tipg(url: str, folder: Path) -> Iterator[int]:
    """tipg 1.6.1 on uvicorn over the public view; the port. Its counting of extents at the start is switched off."""
    made, port = make_url(url), free_port()
    host = quote(str(made.query["host"]), safe="")
    environment = {
        **_clean(),
        "DATABASE_URL": f"postgresql://{made.username}:{made.password}@{host}/{made.database}",
        "TIPG_DB_SCHEMAS": '["bench"]', "TIPG_DB_SPATIAL_EXTENT": "false", "TIPG_DB_DATETIME_EXTENT": "false",
        "TIPG_CATALOG_TTL": "0",
    }  # fmt: skip
    asked = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS), "--no-access-log"]
    command = [_program("uvicorn"), "tipg.main:app", *asked, "--log-level", "warning"]
    with _or_missing(), serving(command, environment, port, "/healthz", folder / "tipg.log", folder):
        yield port


@contextmanager
def pygeoapi(url: str, folder: Path) -> Iterator[int]:
    """pygeoapi 0.21 on gunicorn with as many workers and threads as our own server; the port."""
    made, port = make_url(url), free_port()
    text = (CHECKOUT / "bench" / "pygeoapi.yml").read_text()
    for name, value in {"HOST": str(made.query["host"]), "DBNAME": made.database, "USER": made.username,
                        "PASSWORD": made.password, "PORT": str(port)}.items():  # fmt: skip
        text = text.replace(name, str(value))
    config, document = folder / "pygeoapi.yml", folder / "pygeoapi-openapi.yml"
    config.write_text(text)
    config.chmod(0o600)
    environment = {**_clean(), "PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(document)}
    generate = [_program("pygeoapi"), "openapi", "generate", str(config), "--output-file", str(document)]
    asked = ["--workers", str(WORKERS), "--threads", "4", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command = [_program("gunicorn"), *asked, "pygeoapi.flask_app:APP"]
    with _or_missing():
        subprocess.run(generate, env=environment, check=True, capture_output=True, timeout=120)
        with serving(command, environment, port, "/conformance?f=json", folder / "pygeoapi.log", folder):
            yield port


@contextmanager
def nginx(content: bytes, kind: str, folder: Path) -> Iterator[tuple[int, str]]:
    """nginx with two workers serving these bytes as a file; (port, path)."""
    program, port = shutil.which("nginx") or "/usr/sbin/nginx", free_port()
    if not Path(program).exists():
        raise Missing("not installed (apt-get install nginx-light)")
    (folder / "tile.mvt").write_bytes(content)
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = " ".join(f"{n}_temp_path {folder}/{n};" for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config.write_text(
        f"{user} worker_processes {WORKERS}; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        f"events {{ worker_connections 256; }}\nhttp {{ access_log off; sendfile on; tcp_nopush on; {temporary}\n"
        f"keepalive_requests 1000000; open_file_cache max=100; types {{ {kind} mvt; }}\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    )
    with _or_missing(), serving([program, "-c", str(config)], _clean(), port, "/tile.mvt", folder / "n.log", folder):
        yield port, "/tile.mvt"


@contextmanager
def _or_missing() -> Iterator[None]:
    """What keeps a server from starting becomes words for the table."""
    try:
        yield
    except (NotServing, subprocess.SubprocessError, FileNotFoundError) as error:
        raise Missing(f"did not start ({type(error).__name__})") from error
