"""A PostgreSQL server of our own with PostGIS: where its programs and files are, made, started, stopped."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg

from webapp.config import Settings

SUPERUSER, ROLE = "postgres", "guiyan"
LONGEST_SOCKET_PATH = 107
START_SECONDS = 60
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "jit": "off",
    "plan_cache_mode": "force_custom_plan",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
}


class ClusterError(RuntimeError):
    """The private cluster cannot be used; the text says what to do."""


@dataclass(frozen=True)
class Cluster:
    """Where the cluster is: its programs, its data, its socket, its passwords."""

    home: Path
    bin: Path
    data: Path
    socket: Path

    @property
    def major(self) -> str:
        """The server's major version."""
        return self.bin.parent.name

    def password(self, role: str) -> str:
        """The role's generated password, kept in the home and readable by the owner alone."""
        return kept(self.home / f"password-{role}")

    def url(self, database: str) -> str:
        """The URL at which the application's ordinary role reaches a database."""
        return f"postgresql+psycopg://{ROLE}:{self.password(ROLE)}@/{database}?host={self.socket}"

    def superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the superuser, for set-up alone."""
        return psycopg.connect(
            host=str(self.socket), user=SUPERUSER, password=self.password(SUPERUSER), dbname=database, autocommit=True
        )


def locate(settings: Settings) -> Cluster:
    """The cluster of a home, made or not; ClusterError when PostGIS is missing or of another version."""
    folder = _folder(settings.home)
    data = folder / "cluster"
    wanted = _version_of(data)
    programs = {path.parent.name: path for path in _programs()}
    if not programs:
        raise ClusterError("PostGIS is missing: run `make system` (it installs postgresql-15-postgis-3)")
    if wanted and wanted not in programs:
        raise ClusterError(
            f"{data} was made by PostgreSQL {wanted}, and only {', '.join(programs)} is installed: install "
            f"postgresql-{wanted}-postgis-3, run `flask backup FILE`, move the folder away, start, `flask restore FILE`"
        )
    newest = programs[wanted or max(programs, key=int)]
    return Cluster(settings.home, newest, data, _socket_folder(folder))


def _programs() -> list[Path]:
    """The bin folders of installed servers that have PostGIS."""
    found = Path("/usr/share/postgresql").glob("*/extension/postgis.control")
    bins = [Path("/usr/lib/postgresql") / path.parent.parent.name / "bin" for path in found]
    return [path for path in bins if (path / "initdb").exists()]


def _version_of(data: Path) -> str | None:
    try:
        return (data / "PG_VERSION").read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        return None


def owner() -> str | None:
    """The account that the server runs as when we are root, None when it runs as we do."""
    return SUPERUSER if os.geteuid() == 0 else None


def _folder(home: Path) -> Path:
    """The home itself, or a folder that the cluster's account can reach when the home's parents are closed."""
    account = owner()
    home.mkdir(parents=True, exist_ok=True)
    if account is None or _reachable(home, account):
        return home
    identity = kept(home / "cluster-id", 8)
    elsewhere = Path("/var/lib/guiyan") / identity
    if not elsewhere.exists():
        elsewhere.mkdir(parents=True)
        print(f"The account {account} cannot enter {home}; the database's files are in {elsewhere}", flush=True)
    return elsewhere


def _reachable(home: Path, account: str) -> bool:
    """Whether an account may search every folder on the way."""
    entry = pwd.getpwnam(account)
    for folder in (home, *home.parents):
        status = folder.stat()
        mine = status.st_uid == entry.pw_uid and status.st_mode & 0o100
        group = status.st_gid == entry.pw_gid and status.st_mode & 0o010
        if not (mine or group or status.st_mode & 0o001):
            return False
    return True


def _socket_folder(folder: Path) -> Path:
    """Beside the data, or a short folder where the path would be too long for a socket."""
    inside = folder / "socket"
    if len(str(inside / ".s.PGSQL.5432").encode()) <= LONGEST_SOCKET_PATH and "," not in str(inside):
        return inside
    return Path(tempfile.gettempdir()) / f"guiyan-{kept(folder / 'cluster-id', 8)}"


def kept(path: Path, size: int = 24) -> str:
    """A random text that is made once."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        text = secrets.token_hex(size)
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
        return text


def _run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a server program, as the cluster's account when we are root."""
    account = owner()
    before = ["runuser", "-u", account, "--"] if account else []
    # No pipes: the server that pg_ctl leaves behind would keep them open.
    with tempfile.TemporaryFile("w+") as out:
        done = subprocess.run(
            [*before, *command], check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=out, stderr=out, text=True
        )
        out.seek(0)
        text = out.read()
    if check and done.returncode:
        raise ClusterError(f"{Path(command[0]).name} failed:\n{text}")
    return subprocess.CompletedProcess(done.args, done.returncode, text)


def _own(path: Path) -> None:
    """Give a folder to the cluster's account."""
    if owner():
        shutil.chown(path, SUPERUSER)


def make(cluster: Cluster) -> None:
    """initdb into a folder beside, renamed when it is whole: dying on the way leaves nothing in it."""
    if _version_of(cluster.data):
        return
    parent = cluster.data.parent
    for left in parent.glob("making-*"):
        shutil.rmtree(left)
    making = parent / f"making-{os.getpid()}"
    making.mkdir(mode=0o700)
    _own(making)
    password = parent / "making-password"
    password.unlink(missing_ok=True)
    password.touch(0o600)
    password.write_text(cluster.password(SUPERUSER))
    _own(password)
    initdb = str(cluster.bin / "initdb")
    asked = ("-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "-k")
    _run(initdb, *asked, f"--pwfile={password}", "-D", str(making))
    password.unlink()
    making.rename(cluster.data)


def start(cluster: Cluster) -> None:
    """Start the server and wait until it answers; nothing to do when it is up."""
    if running(cluster):
        return
    cluster.socket.mkdir(mode=0o755, parents=True, exist_ok=True)
    _own(cluster.socket)
    options = {**OPTIONS, "unix_socket_directories": str(cluster.socket)}
    lines = [f"{name} = '{value}'\n" for name, value in options.items()]
    (cluster.data / "postgresql.auto.conf").write_text("".join(lines))
    log = cluster.data / "server.log"
    asked = ("-D", str(cluster.data), "-l", str(log), "-w", "-t", str(START_SECONDS), "start")
    done = _run(str(cluster.bin / "pg_ctl"), *asked, check=False)
    if done.returncode and not running(cluster):
        tail = "".join(log.read_text(errors="replace").splitlines(keepends=True)[-8:]) if log.exists() else ""
        raise ClusterError(f"the database server did not start:\n{done.stdout}{tail}")


def running(cluster: Cluster) -> bool:
    """Whether the server of this data folder is up."""
    asked = ("-D", str(cluster.data), "status")
    return _run(str(cluster.bin / "pg_ctl"), *asked, check=False).returncode == 0


def stop(cluster: Cluster) -> None:
    """Stop the server; open transactions are rolled back."""
    asked = ("-D", str(cluster.data), "-m", "fast", "-w", "stop")
    _run(str(cluster.bin / "pg_ctl"), *asked, check=False)
