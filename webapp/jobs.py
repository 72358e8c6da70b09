"""The timetable of the background worker, and the queue that it works on: on the application's own database."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from contextlib import suppress
from typing import Any

import procrastinate
import psycopg
from flask import Flask
from procrastinate.jobs import DeleteJobCondition, Status
from sqlalchemy import event
from sqlalchemy.engine import make_url

from webapp import db, reminders, ticks
from webapp.imports import working

EVERY_MINUTE, EVERY_TEN_MINUTES, EVERY_HOUR = "* * * * *", "*/10 * * * *", "17 * * * *"
GRACE_SECONDS = 15
NICE = 10
"""Whoever waits for a page comes before whatever nobody waits for, in this process and in the database."""
FAILED_KEPT_HOURS = 7 * 24
APP = "application"
queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Where tasks are declared. It is given its database when the worker runs."""


def run(app: Flask, *, beside: bool = False) -> None:
    """Work until SIGINT or SIGTERM, finishing what is in hand; an error leaves it when the database is gone.

    `beside`: standard input closes when the process that started this one is gone, and this one goes too.
    """
    if beside:
        threading.Thread(target=_end_with_input, daemon=True).start()
    os.nice(NICE)
    logging.basicConfig(level=logging.WARNING, format="worker: %(levelname)s %(message)s")
    with app.app_context():
        event.listen(db.engine(), "connect", _give_way)
        url = make_url(db.engine().url.render_as_string(hide_password=False)).set(drivername="postgresql")
    asyncio.run(_work(app, url.render_as_string(hide_password=False)))


def _give_way(connection: psycopg.Connection[Any], _record: object) -> None:
    """Let the connection's server process be as nice as this one, where it is on this machine and we may say so."""
    if connection.info.host.startswith("/"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, connection.info.backend_pid, NICE)


def _end_with_input() -> None:
    while os.read(0, 1024):  # not through a buffer, whose lock would outlive the interpreter
        pass
    os.kill(os.getpid(), signal.SIGTERM)


async def _work(app: Flask, url: str) -> None:
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=3)
    with queue.replace_connector(connector):
        async with queue.open_async():
            await queue.run_worker_async(
                concurrency=3,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
                shutdown_graceful_timeout=GRACE_SECONDS,
                additional_context={APP: app},
            )


def _app(context: procrastinate.JobContext) -> Flask:
    found: Flask = context.additional_context[APP]
    return found


# A tick that fails is logged by the queue, and the next one does what it has left undone. The queueing lock keeps
# ticks from piling up behind one that takes long; an ordinary lock would outlive a worker that was killed.


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="publish_due", pass_context=True, queueing_lock="publish_due")
def publish_due(context: procrastinate.JobContext, timestamp: int) -> None:
    """Publish what has been approved for an hour that has come."""
    with _app(context).app_context():
        ticks.publish_due()


@queue.periodic(cron=EVERY_TEN_MINUTES)
@queue.task(name="remind", pass_context=True, queueing_lock="remind")
def remind(context: procrastinate.JobContext, timestamp: int) -> None:
    """Write to whoever has something to do and has not been written to today."""
    with _app(context).app_context():
        reminders.send()


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="imports_left", pass_context=True, queueing_lock="imports_left")
def imports_left(context: procrastinate.JobContext, timestamp: int) -> None:
    """Go on with imports whose worker was killed, or that nobody was told of."""
    with _app(context).app_context():
        working.work()


@queue.task(name=working.JOB, pass_context=True, queueing_lock=working.JOB)
def imports(context: procrastinate.JobContext) -> None:
    """Do what imports have left to the worker."""
    with _app(context).app_context():
        working.work()


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="purge", pass_context=True, queueing_lock="purge")
def purge(context: procrastinate.JobContext, timestamp: int) -> None:
    """Remove what has been kept for long enough."""
    with _app(context).app_context():
        ticks.purge()


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="tidy_queue", pass_context=True, queueing_lock="tidy_queue")
async def tidy_queue(context: procrastinate.JobContext, timestamp: int) -> None:
    """Give up jobs whose worker was killed, and forget after a week those that failed."""
    manager = context.app.job_manager
    stalled: Any = await manager.get_stalled_jobs()
    for job in stalled:
        await manager.finish_job(job, status=Status.FAILED, delete_job=False)
    await manager.delete_old_jobs(nb_hours=FAILED_KEPT_HOURS, include_failed=True)
