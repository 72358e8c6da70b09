"""What the processes of the server count of their own work: requests, how long they took, and what waits."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from webapp import db
from webapp.imports.models import Batch
from webapp.models import Draft, LayerVersion, State

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of one server add up what they count; read by the library when it is first imported."""
KIND = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
OTHER = "other"
"""What matched no address of ours: strangers choose those, and each would be a figure of its own."""
COUNTED = "guiyan.counted"
"""Where a request's environment has the counter that counted it."""
REQUESTS = Counter("guiyan_requests", "Requests answered", ("endpoint", "status"))
TAKEN = Histogram("guiyan_request_seconds", "Seconds that answers took", ("endpoint",), buckets=SECONDS)


def shared(home: Path) -> dict[str, str]:
    """The environment in which a server's processes count together, begun anew."""
    folder = home / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {SHARED: str(folder)}


def init_app(app: Flask) -> None:
    """Count every request when it is answered."""
    app.before_request(_begin)
    app.after_request(_count)


def _begin() -> None:
    g.begun = time.perf_counter()


def _count(response: Response) -> Response:
    endpoint = request.endpoint or OTHER
    counter = request.environ[COUNTED] = REQUESTS.labels(endpoint, response.status_code)
    counter.inc()
    if "begun" in g:
        TAKEN.labels(endpoint).observe(time.perf_counter() - g.begun)
    return response


def again(environ: dict[str, Any]) -> Callable[[], None]:
    """Counts that what this request was answered is given to another one too, unless it was not counted itself."""
    counter: Counter | None = environ.get(COUNTED)
    return counter.inc if counter else lambda: None


def told() -> bytes:
    """Everything that is counted, in the text format of Prometheus."""
    figures = CollectorRegistry()
    if os.environ.get(SHARED):
        multiprocess.MultiProcessCollector(figures)  # type: ignore[no-untyped-call]
    else:
        figures.register(REQUESTS)
        figures.register(TAKEN)
    figures.register(_Database())
    return generate_latest(figures)


class _Database(Collector):
    """What the database says of itself when somebody asks; no process adds to it."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            yield from _gauges(db.connection())
            up = 1.0
        except (SQLAlchemyError, OSError, RuntimeError):
            up = 0.0
        yield GaugeMetricFamily("guiyan_database_up", "Whether the database answers", up)


def _gauges(connection: Connection) -> list[GaugeMetricFamily]:
    versions = GaugeMetricFamily("guiyan_layer_version", "Version of a layer", labels=["layer"])
    for layer, n in connection.execute(select(LayerVersion.layer, LayerVersion.n)):
        versions.add_metric([layer], n)
    drafts = connection.execute(select(func.count()).where(Draft.state == State.REVIEW)).scalar_one()
    batches = connection.execute(select(func.count()).where(Batch.task.is_not(None))).scalar_one()
    return [
        versions,
        GaugeMetricFamily("guiyan_drafts_in_review", "Drafts that wait for a reviewer", drafts),
        GaugeMetricFamily("guiyan_imports_waiting", "Imported files that wait for the worker", batches),
    ]
