"""Ongoing requests per replica, from the Prometheus pages of Ray's nodes.

The dashboard's REST API does not have them. Each node's agent prints a gauge per replica that runs
there; its value is as old as Ray's report interval, 10 s unless RAY_metrics_report_interval_ms says
otherwise.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPException

from loadtest.errors import ReplicasError
from loadtest.replicas.dashboard import Dashboard

_ONGOING = "ray_serve_replica_processing_queries"
# Our service's own number: Ray's misses the requests of its fast path.
_ALL_ONGOING = "ray_bqml_serve_ongoing_requests"
_QUEUED = "ray_serve_deployment_queued_queries"
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_DISCOVERY = "/api/prometheus/sd"
_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Ongoing:
    """Requests in each replica, and before all of them; None where no page says it."""

    by_replica: Mapping[str, float]
    queued: float | None
    unread: str = ""
    """Why some pages could not be read, where others could: their replicas are not here."""


def metrics_urls(dashboard: Dashboard) -> tuple[str, ...]:
    groups = dashboard.get(_DISCOVERY)
    found = tuple(f"http://{target}/metrics" for group in groups for target in group["targets"])
    if not found:
        raise ReplicasError(f"Ray's dashboard {dashboard.url} lists no node with metrics")
    return found


def read_ongoing(urls: Sequence[str], application: str, deployment: str) -> Ongoing:
    """A page that cannot be read hides no other.

    A node may be gone, and Ray lists the page of its cluster autoscaler, on a port for the whole
    machine, also where another cluster has that port.
    """
    lines: list[str] = []
    unread: list[str] = []
    for url in urls:
        try:
            with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as response:  # noqa: S310
                lines += response.read().decode(errors="replace").splitlines()
        except (OSError, ValueError, HTTPException) as exc:
            unread.append(f"{url}: {exc}")
    found = parse(lines, application, deployment)
    if not found.by_replica:
        missing = f"{', '.join(urls)}: no {_ONGOING} of {application}/{deployment}"
        raise ReplicasError("; ".join([missing, *unread]))
    return replace(found, unread="; ".join(unread))


def parse(lines: Iterable[str], application: str, deployment: str) -> Ongoing:
    by_replica: dict[str, float] = {}
    better: dict[str, float] = {}
    queued: list[float] = []
    for name, labels, value in _gauges(lines):
        if (labels.get("application"), labels.get("deployment")) != (application, deployment):
            continue
        if name == _QUEUED:
            queued.append(value)
        elif replica := labels.get("replica"):
            (better if name == _ALL_ONGOING else by_replica)[replica] = value
    return Ongoing(by_replica | better, sum(queued) if queued else None)


def _gauges(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in lines:
        # Hundreds of kilobytes, of which a few lines count: nothing dearer before this test.
        if line.startswith((_ONGOING, _ALL_ONGOING, _QUEUED)):
            name, _, rest = line.partition("{")
            labels, _, value = rest.rpartition("}")
            yield name, dict(_LABEL.findall(labels)), float(value.split()[0])
