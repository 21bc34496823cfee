"""The environment of an isolated local Ray Serve: what Ray's processes read when they start."""

from __future__ import annotations

import contextlib
import random
import socket
from pathlib import Path

from serve_app.errors import UnavailableError
from serve_app.hosting._haproxy_command import haproxy_command

_LISTENING_PORTS = range(10_000, 20_000)
_REPLICA_PORTS = range(20_000, 30_000)
_PORTS_PER_CLUSTER = 50
# What Ray wraps around a message on its way to a replica.
_ENVELOPE_BYTES = 64 * 1024


def serve_environment(
    run_dir: Path, *, haproxy: bool, grpc_max_message_bytes: int, log_metrics: bool = False
) -> dict[str, str]:
    """Returns the variables to set before Ray is imported.

    Every port is free or in a range of its own and every file lies in `run_dir`, so that two
    services on one machine do not meet.

    Args:
        run_dir: A private folder; its path must be short, for it holds unix sockets.
        haproxy: Whether HAProxy takes the place of Ray's Python proxy.
        grpc_max_message_bytes: Largest message in or out.
        log_metrics: Whether Ray Serve's request metrics come from HAProxy's log of each request.
    """
    common = {
        # Ray starts workers at nice 15: beside any other load they would starve.
        "RAY_worker_niceness": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "5",
        "RAY_SERVE_PROXY_MIN_DRAINING_PERIOD_S": "5",
        # A dead proxy is replaced after three failed checks: half a minute by default.
        "RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S": "1",
        # The public port, and the way from a proxy to a replica, which is 4 MB by default.
        "RAY_SERVE_GRPC_MAX_MESSAGE_SIZE": str(grpc_max_message_bytes),
        "RAY_SERVE_REPLICA_GRPC_MAX_MESSAGE_LENGTH": str(grpc_max_message_bytes + _ENVELOPE_BYTES),
    }
    if not haproxy:
        return common | {"RAY_SERVE_ENABLE_HA_PROXY": "0"}
    common["RAY_SERVE_HAPROXY_METRICS_ENABLED"] = str(int(log_metrics))
    return common | _haproxy(run_dir) | haproxy_command(run_dir)


def _haproxy(run_dir: Path) -> dict[str, str]:
    metrics, stats, fallback_http, fallback_grpc = free_ports(4)
    first = random.choice(_REPLICA_PORTS[:: 2 * _PORTS_PER_CLUSTER])  # noqa: S311 - no secret
    middle = first + _PORTS_PER_CLUSTER
    return {
        "RAY_SERVE_ENABLE_HA_PROXY": "1",
        "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
        "RAY_SERVE_HAPROXY_NBTHREAD": "1",
        "RAY_SERVE_HAPROXY_METRICS_PORT": str(metrics),
        "RAY_SERVE_HAPROXY_STATS_PORT": str(stats),
        # By default 8500, where TensorFlow Serving's clients look for gRPC.
        "RAY_SERVE_FALLBACK_PROXY_HTTP_PORT": str(fallback_http),
        "RAY_SERVE_FALLBACK_PROXY_GRPC_PORT": str(fallback_grpc),
        "RAY_SERVE_DIRECT_INGRESS_MIN_HTTP_PORT": str(first),
        "RAY_SERVE_DIRECT_INGRESS_MAX_HTTP_PORT": str(middle),
        "RAY_SERVE_DIRECT_INGRESS_MIN_GRPC_PORT": str(middle),
        "RAY_SERVE_DIRECT_INGRESS_MAX_GRPC_PORT": str(middle + _PORTS_PER_CLUSTER),
        "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": str(run_dir / "haproxy.cfg"),
        "RAY_SERVE_HAPROXY_SOCKET_PATH": str(run_dir / "admin.sock"),
        "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH": str(run_dir / "metrics.sock"),
        "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": str(run_dir),
        "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": str(run_dir / "server-state"),
    }


def free_ports(count: int) -> list[int]:
    """Returns ports that were free a moment ago, all different.

    They lie below the range from which the kernel hands out ports: Ray's own processes take theirs
    from there, and could take one of ours before it is listened on.

    Raises:
        UnavailableError: Not enough ports are free.
    """
    free: list[int] = []
    for port in random.sample(_LISTENING_PORTS, len(_LISTENING_PORTS)):
        with contextlib.suppress(OSError):
            socket.create_server(("", port)).close()
            free.append(port)
        if len(free) == count:
            return free
    raise UnavailableError(f"{count} free ports are needed, {len(free)} were found")
