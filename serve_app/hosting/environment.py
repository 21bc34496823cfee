"""The environment of an isolated local Ray Serve: what Ray's processes read when they start."""

from __future__ import annotations

import random
from pathlib import Path

from foundation import ray_environment
from foundation.free_ports import free_ports
from serve_app.hosting._haproxy_command import haproxy_command

_REPLICA_PORTS = range(20_000, 30_000)
_PORTS_PER_CLUSTER = 50


def serve_environment(
    run_dir: Path, *, haproxy: bool, grpc_max_message_bytes: int, log_metrics: bool = False
) -> dict[str, str]:
    """Returns the variables to set before Ray is imported.

    Every port is free or in a range of its own and every file lies in `run_dir`, so that two
    services on one machine do not meet. Its path must be short, for it holds unix sockets. With
    `log_metrics` Ray Serve's request metrics come from HAProxy's log of each request.
    """
    common = {
        **ray_environment.OWN_CPU,
        **ray_environment.message_limits(grpc_max_message_bytes),
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "5",
        "RAY_SERVE_PROXY_MIN_DRAINING_PERIOD_S": "5",
        # A dead proxy is replaced after three failed checks: half a minute by default.
        "RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S": "1",
    }
    if not haproxy:
        return common | ray_environment.NO_HAPROXY
    common |= ray_environment.haproxy(threads=1, log_metrics=log_metrics)
    return common | _haproxy(run_dir) | haproxy_command(run_dir)


def _haproxy(run_dir: Path) -> dict[str, str]:
    metrics, stats, fallback_http, fallback_grpc = free_ports(4)
    first = random.choice(_REPLICA_PORTS[:: 2 * _PORTS_PER_CLUSTER])  # noqa: S311 - no secret
    middle = first + _PORTS_PER_CLUSTER
    return {
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
