"""What a run goes to: a service that it starts, or one that is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtest.errors import ServiceError
from loadtest.replicas.dashboard import Dashboard, dashboard_of
from loadtest.service.local_service import LocalService
from loadtest.settings.load_test import LoadTestSettings

_COPY = "serving_dir"


@dataclass(frozen=True, slots=True)
class RunTarget:
    """Where the load goes; `dashboard` is None where nobody was named."""

    settings: LoadTestSettings
    dashboard: Dashboard | None
    service: LocalService | None


@contextmanager
def run_target(settings: LoadTestSettings, folder: Path) -> Iterator[RunTarget]:
    if not settings.service.start:
        known = settings.replicas.dashboard_url
        yield RunTarget(settings, dashboard_of(settings.replicas) if known else None, None)
        return
    with _repository(settings, folder) as root, LocalService(settings, root, folder) as service:
        yield RunTarget(_aimed_at(service, settings), service.dashboard, service)


@contextmanager
def _repository(settings: LoadTestSettings, folder: Path) -> Iterator[Path]:
    """A copy where faults are to be published, gone at the end."""
    root = settings.service.root
    if not root.is_dir():
        raise ServiceError(f"service.root: {root} is not a folder; `bqml-export up` makes one")
    if not settings.chaos.faults:
        yield root
        return
    copy = folder / _COPY
    shutil.copytree(root, copy)
    try:
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _aimed_at(service: LocalService, settings: LoadTestSettings) -> LoadTestSettings:
    target = settings.target.model_copy(
        update={"url": service.url, "grpc_target": service.grpc_target}
    )
    replicas = settings.replicas.model_copy(update={"dashboard_url": service.dashboard.url})
    return settings.model_copy(update={"target": target, "replicas": replicas})
