"""How each server of a benchmark is started: command and environment."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from foundation.free_ports import free_ports

_RIVALS = "loadtest.bench.rivals"
_MOST_ONGOING = 1200
_REPLICA_PORTS = 20
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
        environment |= _like_ours(run_folder)
    if name == "ray-documented":
        environment["RAY_SERVE_ENABLE_HA_PROXY"] = "0"
    return Command((sys.executable, "-m", module, *arguments), port, 0, environment)


def _like_ours(folder: Path) -> dict[str, str]:
    """Returns the environment that our service gives Ray: the same mode, ports of its own."""
    metrics, stats, fallback, fallback_grpc, first, second = free_ports(6, "127.0.0.1")
    return {
        "RAY_worker_niceness": "0",
        "RAY_SERVE_ENABLE_HA_PROXY": "1",
        "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
        "RAY_SERVE_HAPROXY_NBTHREAD": "1",
        "RAY_SERVE_HAPROXY_METRICS_ENABLED": "0",
        "RAY_SERVE_HAPROXY_METRICS_PORT": str(metrics),
        "RAY_SERVE_HAPROXY_STATS_PORT": str(stats),
        "RAY_SERVE_FALLBACK_PROXY_HTTP_PORT": str(fallback),
        "RAY_SERVE_FALLBACK_PROXY_GRPC_PORT": str(fallback_grpc),
        "RAY_SERVE_DIRECT_INGRESS_MIN_HTTP_PORT": str(first),
        "RAY_SERVE_DIRECT_INGRESS_MAX_HTTP_PORT": str(first + _REPLICA_PORTS),
        "RAY_SERVE_DIRECT_INGRESS_MIN_GRPC_PORT": str(second),
        "RAY_SERVE_DIRECT_INGRESS_MAX_GRPC_PORT": str(second + _REPLICA_PORTS),
        "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": str(folder / "haproxy.cfg"),
        "RAY_SERVE_HAPROXY_SOCKET_PATH": str(folder / "admin.sock"),
        "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH": str(folder / "metrics.sock"),
        "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": str(folder),
        "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": str(folder / "server-state"),
    }
