"""The environment of the Ray containers: what Ray and Serve read before `ray start`.

KubeRay passes it on to nobody: head and workers each need the whole of it, and where the two differ
in how Serve runs, requests find no proxy.
"""

from __future__ import annotations

from kuberay.render.commented import Commented, Object, Tree
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.plan import HEAD_DRAIN_S, Plan

# What Ray wraps around a message on its way to a replica.
_ENVELOPE_BYTES = 64 * 1024
_HAPROXY_MAX_THREADS = 4
_LOG_FILE_BYTES = 100 * 2**20
_DRAIN = "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"


def head_environment(deploy: DeployFile, plan: Plan) -> list[Tree]:
    why = "without a replica there is nothing to wait for, and Ray would wait the whole time"
    return [*_common(deploy, plan), Commented(why, _variable(_DRAIN, HEAD_DRAIN_S))]


def worker_environment(deploy: DeployFile, plan: Plan) -> list[Tree]:
    drain = Commented(
        "on SIGTERM the node drains: its proxy fails the readiness probe and goes on answering, "
        "replicas end their requests; shorter than terminationGracePeriodSeconds, or SIGKILL wins",
        _variable(_DRAIN, plan.worker_drain_s),
    )
    return [*_common(deploy, plan), drain]


def _common(deploy: DeployFile, plan: Plan) -> list[Tree]:
    message_bytes = deploy.serve.grpc.max_message_bytes
    return [
        *(
            _haproxy(plan, log_metrics=deploy.serve.http.log_metrics)
            if deploy.serve.http.haproxy
            else [_variable("RAY_SERVE_ENABLE_HA_PROXY", 0)]
        ),
        Commented(
            "largest gRPC message, at the port and on the way to a replica (4 MB by default)",
            _variable("RAY_SERVE_GRPC_MAX_MESSAGE_SIZE", message_bytes),
        ),
        _variable("RAY_SERVE_REPLICA_GRPC_MAX_MESSAGE_LENGTH", message_bytes + _ENVELOPE_BYTES),
        Commented(
            "Ray starts workers at nice 15: beside HAProxy and the raylet they would starve",
            _variable("RAY_worker_niceness", 0),
        ),
        Commented(
            "threads of a replica are the CPUs that Ray reserves for it, not those of the node",
            _variable("OMP_NUM_THREADS", max(1, int(plan.cpus_per_replica))),
        ),
        Commented(
            "Ray's own limit is 512 MB times five for each log file, more than the disk of the pod",
            _variable("RAY_ROTATION_MAX_BYTES", _LOG_FILE_BYTES),
        ),
        _variable("RAY_ROTATION_BACKUP_COUNT", 3),
        _variable("RAY_USAGE_STATS_ENABLED", 0),
        Commented(
            "the root file system is read-only: /tmp is the only place to write to",
            _variable("HOME", "/tmp/home"),  # noqa: S108 - a pod's own
        ),
        _variable("PYTHONDONTWRITEBYTECODE", 1),
    ]


def _haproxy(plan: Plan, *, log_metrics: bool) -> list[Tree]:
    threads = max(1, min(_HAPROXY_MAX_THREADS, int(plan.worker_cpus)))
    return [
        Commented(
            "HAProxy balances straight to the replicas of all pods; on head and workers alike, and "
            "both variables: THROUGHPUT_OPTIMIZED alone leaves workers without a proxy",
            _variable("RAY_SERVE_ENABLE_HA_PROXY", 1),
        ),
        _variable("RAY_SERVE_THROUGHPUT_OPTIMIZED", 1),
        _variable("RAY_SERVE_HAPROXY_NBTHREAD", threads),
        Commented(
            "0: replicas count requests; reading them from HAProxy's log costs as much as HAProxy",
            _variable("RAY_SERVE_HAPROXY_METRICS_ENABLED", int(log_metrics)),
        ),
    ]


def _variable(name: str, value: str | int) -> Object:
    return {"name": name, "value": str(value)}
