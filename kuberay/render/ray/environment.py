"""The environment of the Ray containers: what Ray and Serve read before `ray start`.

KubeRay passes it on to nobody: head and workers each need the whole of it, and where the two differ
in how Serve runs, requests find no proxy.
"""

from __future__ import annotations

from foundation.ray_environment import NO_HAPROXY, OWN_CPU, haproxy, message_limits
from kuberay.render.commented import Commented, Object, Tree
from kuberay.settings import DeployFile, Plan
from kuberay.settings.plan import HEAD_DRAIN_S

_HAPROXY_MAX_THREADS = 4
_LOG_FILE_BYTES = 100 * 2**20
_DRAIN = "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"
_COMMENTS = {
    "RAY_SERVE_ENABLE_HA_PROXY":
        "HAProxy balances straight to the replicas of all pods; on head and workers alike, and "
        "both variables: THROUGHPUT_OPTIMIZED alone leaves workers without a proxy",
    "RAY_SERVE_HAPROXY_METRICS_ENABLED":
        "0: replicas count requests; reading them from HAProxy's log costs as much as HAProxy",
    "RAY_SERVE_GRPC_MAX_MESSAGE_SIZE":
        "largest gRPC message, at the port and on the way to a replica (4 MB by default)",
    "RAY_worker_niceness":
        "Ray starts workers at nice 15: beside HAProxy and the raylet they would starve",
    "OMP_NUM_THREADS":
        "threads of a replica are the CPUs that Ray reserves for it, not those of the node",
    "RAY_ROTATION_MAX_BYTES":
        "Ray's own limit is 512 MB times five for each log file, more than the disk of the pod",
    "HOME": "the root file system is read-only: /tmp is the only place to write to",
}  # fmt: skip


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
    http = deploy.serve.http
    threads = max(1, min(_HAPROXY_MAX_THREADS, int(plan.worker_cpus)))
    variables: dict[str, str] = {
        **(haproxy(threads=threads, log_metrics=http.log_metrics) if http.haproxy else NO_HAPROXY),
        **message_limits(deploy.serve.grpc.max_message_bytes),
        "RAY_worker_niceness": OWN_CPU["RAY_worker_niceness"],
        "OMP_NUM_THREADS": str(max(1, int(plan.cpus_per_replica))),
        "RAY_ROTATION_MAX_BYTES": str(_LOG_FILE_BYTES),
        "RAY_ROTATION_BACKUP_COUNT": "3",
        **OWN_CPU,  # what stands above already keeps its place
        "HOME": "/tmp/home",  # noqa: S108 - a pod's own
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return [
        Commented(_COMMENTS[name], _variable(name, value))
        if name in _COMMENTS and (name, value) not in NO_HAPROXY.items()
        else _variable(name, value)
        for name, value in variables.items()
    ]


def _variable(name: str, value: str | int) -> Object:
    return {"name": name, "value": str(value)}
