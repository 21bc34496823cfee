"""The command line that starts the service for a run, and the settings it then has."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from foundation.json_types import JsonObject
from foundation.settings.keys import nested
from loadtest.errors import ServiceError
from loadtest.settings.load_test import LoadTestSettings

_MODULE = [sys.executable, "-m", "serve_app"]


def options(
    settings: LoadTestSettings, root: Path, port: int, grpc_port: int, dashboard_port: int
) -> list[str]:
    service = settings.service
    pairs = {
        "repository.root": root.resolve(),
        "http.port": port,
        "grpc.port": grpc_port,
        "dashboard.enabled": "true",
        "dashboard.port": dashboard_port,
    }
    if settings.target.replica_header:
        pairs["http.replica_header"] = settings.target.replica_header
    ours = [f"{key}={value}" for key, value in pairs.items()]
    file = ["--settings", str(service.config)] if service.config else []
    return [*file, *(part for pair in (*service.set, *ours) for part in ("--set", pair))]


def serve(arguments: Sequence[str], timeout_s: float) -> list[str]:
    return [*_MODULE, "serve", "--json", "--timeout", str(timeout_s), *arguments]


def settings_in_force(arguments: Sequence[str]) -> JsonObject:
    """Nested; raises a ServiceError where the service refuses one of the options."""
    command = [*_MODULE, "config", "show", "--json", *arguments]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if shown.returncode:
        raise ServiceError(f"the service's settings: {last_line(shown.stderr)}")
    return nested({row["setting"]: row["value"] for row in json.loads(shown.stdout)})


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ") if lines else "it said nothing"
