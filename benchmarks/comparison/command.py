"""How each server of a benchmark is started: command and environment."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from foundation.free_ports import free_ports
from serve_app.hosting.environment import serve_environment

_RIVALS = "benchmarks.rivals"
_MOST_ONGOING = 1200
_MESSAGE_BYTES = 4 * 2**20
_WITH_MODEL = frozenset({"fastapi-tf", "ray-documented"})


@dataclass(frozen=True, slots=True)
class Command:
    """One server.

    Attributes:
        words: The command.
        port: Its REST port.
        grpc_port: Its gRPC port; 0 where there is none.
        environment: What is set beside ours.
    """

    words: tuple[str, ...]
    port: int
    grpc_port: int = 0
    environment: dict[str, str] = field(default_factory=dict)


def own_command(name: str, root: Path, model: str, *more: str) -> Command:
    """Returns how our service is started: without dashboard, with a fixed number of replicas.

    Args:
        name: One of `OWN`.
        root: The model repository.
        model: The model.
        more: Further settings, `KEY=VALUE`.
    """
    port, grpc_port = free_ports(2, "127.0.0.1")
    replicas = 2 if name == "ours-rest-2" else 1
    pairs = {
        "repository.root": root.resolve(),
        "repository.models": model,
        "http.port": port,
        "http.data_plane": "false" if name == "ours-ingress" else "true",
        "grpc.port": grpc_port,
        "autoscaling.min_replicas": replicas,
        "autoscaling.max_replicas": replicas,
        "replica.max_ongoing_requests": _MOST_ONGOING,
    }
    texts = [*(f"{key}={value}" for key, value in pairs.items()), *more]
    settings = [word for text in texts for word in ("--set", text)]
    words = (sys.executable, "-m", "serve_app", "serve", "--json", *settings)
    return Command(words, port, grpc_port)


def rival_command(name: str, version_folder: Path, run_folder: Path) -> Command:
    """Returns how a rival is started; `run_folder` must have a short path: it holds sockets."""
    (port,) = free_ports(1, "127.0.0.1")
    module = f"{_RIVALS}.{name.replace('-', '_')}"
    arguments = (str(port), str(version_folder)) if name in _WITH_MODEL else (str(port),)
    environment = {"RAY_USAGE_STATS_ENABLED": "0"}
    if name == "echo-ray":
        environment = serve_environment(
            run_folder, haproxy=True, grpc_max_message_bytes=_MESSAGE_BYTES
        )
    if name == "ray-documented":
        environment["RAY_SERVE_ENABLE_HA_PROXY"] = "0"
    return Command((sys.executable, "-m", module, *arguments), port, 0, environment)
