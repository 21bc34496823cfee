"""What Ray Serve has to find in its environment, on this machine and in a pod alike."""

from __future__ import annotations

# What Ray wraps around a message on its way to a replica.
_ENVELOPE_BYTES = 64 * 1024

OWN_CPU = {
    # Ray starts workers at nice 15: beside any other load they would starve.
    "RAY_worker_niceness": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
}
NO_HAPROXY = {"RAY_SERVE_ENABLE_HA_PROXY": "0"}


def message_limits(max_message_bytes: int) -> dict[str, str]:
    """At the public gRPC port and on the way to a replica; 4 MB by default."""
    return {
        "RAY_SERVE_GRPC_MAX_MESSAGE_SIZE": str(max_message_bytes),
        "RAY_SERVE_REPLICA_GRPC_MAX_MESSAGE_LENGTH": str(max_message_bytes + _ENVELOPE_BYTES),
    }


def haproxy(*, threads: int, log_metrics: bool) -> dict[str, str]:
    """Puts HAProxy in the place of Ray's Python proxy.

    Both switches are needed: THROUGHPUT_OPTIMIZED alone leaves workers without a proxy. Counting
    requests from HAProxy's log (`log_metrics`) costs as much as HAProxy itself.
    """
    return {
        "RAY_SERVE_ENABLE_HA_PROXY": "1",
        "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
        "RAY_SERVE_HAPROXY_NBTHREAD": str(threads),
        "RAY_SERVE_HAPROXY_METRICS_ENABLED": str(int(log_metrics)),
    }
