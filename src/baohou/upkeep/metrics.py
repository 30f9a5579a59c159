"""Metrics for Prometheus: requests as all processes of this machine counted them, and the state of the installation.

Counted by prometheus-client. With PROMETHEUS_MULTIPROC_DIR each process counts in a file of its own there, and the one
that is asked sums them up; without, a process tells what it counted itself.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from baohou.kernel.watch import gauges

_TOGETHER: Final = "PROMETHEUS_MULTIPROC_DIR"

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 15.0)
_COUNTED: Final = CollectorRegistry()
_REQUESTS = Counter(
    "baohou_requests",
    "Requests answered, by route, method and status",
    ["route", "method", "status"],
    registry=_COUNTED,
)
_SECONDS = Histogram(
    "baohou_request_seconds", "Seconds until a page was ready", ["route"], buckets=_BUCKETS, registry=_COUNTED
)
_DATABASE = Counter(
    "baohou_request_database_seconds", "Seconds that pages waited for the database", ["route"], registry=_COUNTED
)


class _Now(Collector):
    """The state of the installation, read when somebody asks."""

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("baohou_build_info", "The release that is running", labels=["version"])
        build.add_metric([version("baohou")], 1)
        yield build
        families: dict[str, GaugeMetricFamily] = {}
        for gauge in gauges.read():
            names = sorted(gauge.labels)
            family = families.setdefault(gauge.name, GaugeMetricFamily(gauge.name, gauge.help, labels=names))
            family.add_metric([gauge.labels[name] for name in names], gauge.value)
        yield from families.values()


def count_request(route: str, method: str, status: int, seconds: float, database_seconds: float) -> None:
    """Count one answered request."""
    _REQUESTS.labels(route, method, str(status)).inc()
    _SECONDS.labels(route).observe(seconds)
    _DATABASE.labels(route).inc(database_seconds)


def counting_together(*, port: int, workers: int) -> dict[str, str]:
    """The environment in which several workers of a server count in one folder, which is emptied: they begin anew.

    Where the environment names a folder already, or for one worker, it is as it was.
    """
    if workers < 2 or os.environ.get(_TOGETHER):
        return dict(os.environ)
    folder = settings.VAR / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {**os.environ, _TOGETHER: str(folder)}


def write_metrics() -> bytes:
    """Everything in Prometheus' text format."""
    counted = _COUNTED
    if folder := os.environ.get(_TOGETHER):
        counted = CollectorRegistry()
        MultiProcessCollector(counted, path=folder)  # type: ignore[no-untyped-call]
    now = CollectorRegistry()
    now.register(_Now())
    return generate_latest(counted) + generate_latest(now)
