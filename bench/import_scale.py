"""A large file from the worker's side: times and memory, and what the site's visitors notice meanwhile.

Run as `python -m bench.import_scale [rows]`; it uses a database of its own and loopback alone.
"""

from __future__ import annotations

import dataclasses
import io
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, select, text

from bench import servers
from bench.driving import plain_ms, quantile
from bench.wire import Wire
from webapp import cluster, create_app, db, desk, migrating, samples, session, statics
from webapp.config import CHECKOUT, Settings
from webapp.desk import Desk
from webapp.imports import staging, steps, working
from webapp.imports.models import Batch
from webapp.models import Account, Grant

VISITORS, PAUSE, BASE_SECONDS = 2, 0.05, 20
MOST_APPROVED = 5000
"""Publishing goes by the rules for single drafts, row by row, and takes its time."""
COUNTIES = ("犍为县", "井研县", "夹江县", "沐川县", "峨眉山市", "五通桥区")
HEADINGS = ("项目编号", "项目名称", "一句话", "行业", "区县", "联系电话", "起步资金（万元）", "合作方式", "用地")


def workbook(rows: int) -> bytes:
    """A workbook as large as offices never have them."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append(HEADINGS)
    for n in range(rows):
        phone = "没有" if n % 100 == 99 else f"0833-000 {n % 10000:04d}"
        sheet.append([
            f"S-{n}", f"第{n}号{('茶园', '竹编', '民宿', '养殖')[n % 4]}点", f"做第{n}样东西，合作社包销一半", "C15",
            COUNTIES[n % len(COUNTIES)], phone, 5 + n % 90, "租赁", "现成厂房",
        ])  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Visitors:
    """A few people who look at the map, one page after another."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[float] = []
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._visit, daemon=True) for _n in range(VISITORS)]

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _visit(self) -> None:
        wire = Wire(self.port)
        while not self._ending.is_set():
            begun = time.perf_counter()
            status, _body = wire.ask("/")
            assert status == 200, status
            self.taken.append(time.perf_counter() - begun)
            time.sleep(PAUSE)
        wire.close()

    def told(self) -> str:
        """Pages, median and 95th of a hundred, milliseconds."""
        middle, most = (plain_ms(quantile(self.taken, share)) for share in (0.5, 0.95))
        return f"{len(self.taken)} pages, p50 {middle} ms, p95 {most} ms"


def worker_of(server: int) -> int:
    """The worker that `flask serve` has started."""
    mine = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in servers.children(server)}
    return next(pid for pid, command in mine.items() if b"\0worker\0" in command)


def memory(pid: int, name: str) -> float:
    """MiB of VmHWM (the most ever) or VmRSS of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def follow(engine: Any, id: int) -> float:
    """Seconds until the step is done, its progress told on the way."""
    begun, told = time.perf_counter(), 0.0
    while True:
        with engine.connect() as connection:
            batch = connection.execute(select(Batch.__table__).where(Batch.id == id)).one()
        if batch.task is None:
            assert batch.message is None, batch.message
            return time.perf_counter() - begun
        if time.perf_counter() - told > 10:
            told = time.perf_counter()
            print(f"    {batch.task['name']}: {batch.done} / {batch.total}", flush=True)
        time.sleep(0.2)


def main(rows: int) -> None:
    """See the module."""
    home = Path(tempfile.mkdtemp(prefix="import-scale-"))
    settings = Settings.from_env({"MAP_HOME": str(CHECKOUT / ".local" / "bench")})
    cluster.drop_database(settings, "import_scale")
    url = cluster.create_database(settings, "import_scale")
    engine = create_engine(url)
    with engine.begin() as connection:
        migrating.upgrade(connection)
        samples.load(connection, db.day_in_china())
        who = connection.execute(insert(Account).values(name="bench", title="bench").returning(Account.id)).scalar_one()
        connection.execute(insert(Grant).values(account_id=who, role="editor", area="511100"))
        boss = connection.execute(insert(Account).values(name="boss", title="boss").returning(Account.id)).scalar_one()
        connection.execute(insert(Grant).values(account_id=boss, role="reviewer", area="511100"))
    statics.compress()
    content = workbook(rows)
    print(f"{rows} rows, {len(content) / 1024**2:.1f} MiB")
    app = create_app(dataclasses.replace(settings, database_url=url, home=home))
    with app.app_context(), servers.site(settings, url, home) as (port, server):
        worker = worker_of(server)
        with db.writing() as connection:
            here = Desk(connection, session.account(connection, who), db.areas(), db.now(), desk.rules())
            batch = staging.new(here, io.BytesIO(content), "scale.xlsx", "511100", "projects")
        with Visitors(port) as before:
            time.sleep(BASE_SECONDS)
        print(f"  / alone: {before.told()}; worker {memory(worker, 'VmRSS'):.0f} MiB")
        reviewed = [("approve", boss)] if rows <= MOST_APPROVED else []
        for step, by in (("read", who), ("judge", who), ("apply", who), *reviewed, ("undo", who)):
            with Visitors(port) as meanwhile:
                steps.later(batch.id, step, by)
                working.wake()
                seconds = follow(engine, batch.id)
            peak = memory(worker, "VmHWM")
            print(f"  {step}: {seconds:.1f} s, peak {peak:.0f} MiB; / meanwhile: {meanwhile.told()}", flush=True)
        with engine.connect() as connection:
            counts = connection.execute(select(Batch.counts).where(Batch.id == batch.id)).scalar_one()
            left = connection.execute(text("SELECT count(*) FROM draft")).scalar_one()
        print({name: n for name, n in counts.items() if isinstance(n, int)}, f"{left} drafts left")
    engine.dispose()
    app.extensions["engine"].dispose()
    cluster.drop_database(settings, "import_scale")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
