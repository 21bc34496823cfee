"""What follows from a deploy file: replicas, pods, their sizes, and the times of a shutdown.

Serve's autoscaling and the worker group are sized from the same numbers here, so that they cannot
contradict each other; what a deploy file says beside them is checked against them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from foundation.errors import SettingsError
from kuberay.quantity import GIB, MIB, memory_text
from kuberay.settings.deploy_file import DeployFile

RAY_CPUS = 0.5
"""Raylet, agents and HAProxy of one pod, measured at about 0.3."""
RAY_BYTES = GIB
"""The same, of memory."""
_MEMORY_SLACK = 1.2
_MEMORY_STEP_BYTES = 256 * MIB
_KEEP_ALIVE_S = 90
_OUTER_TIMEOUT_S = 5
_MIN_DRAIN_S = 90
# Serve lets a replica behind HAProxy drain for at least this long.
_REPLICA_DRAIN_FLOOR_S = 35
_GRACE_MARGIN_S = 30
_MIN_DELETION_DELAY_S = 180
_MOST_PODS = 150_000
HEAD_DRAIN_S = 5
"""The head holds no replica: nothing but its own processes has to end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of one deployment."""

    min_replicas: int
    max_replicas: int
    cpus_per_replica: float
    ray_cpus_per_worker: int
    """What Ray counts as the CPUs of a pod: those of its replicas."""
    min_workers: int
    max_workers: int
    worker_cpus: float
    """What Kubernetes reserves for a pod."""
    worker_memory_bytes: int
    request_timeout_s: int
    """Serve's own limit of a request, just behind the model call's."""
    keep_alive_timeout_s: int
    worker_drain_s: int
    """Seconds that a worker may take to hand its requests over."""
    grace_s: int
    """Seconds between SIGTERM and SIGKILL of a pod."""
    deletion_delay_s: int
    """Seconds that the old cluster stays after traffic has left it."""


def plan(deploy: DeployFile) -> Plan:
    """Raises a SettingsError where the deploy file's sizes contradict each other."""
    _refuse_what_is_said_elsewhere(deploy)
    min_replicas, max_replicas = _replicas(deploy)
    ray_cpus = _ray_cpus(deploy)
    min_workers, max_workers = _workers(deploy, min_replicas, max_replicas)
    request_s = math.ceil(deploy.serve.tensorflow.request_timeout_ms / 1000) + _OUTER_TIMEOUT_S
    replica_s = max(_REPLICA_DRAIN_FLOOR_S, deploy.serve.replica.graceful_shutdown_timeout_s)
    drain_s = max(_MIN_DRAIN_S, math.ceil(replica_s) + request_s)
    return Plan(
        min_replicas=min_replicas,
        max_replicas=max_replicas,
        cpus_per_replica=deploy.serve.replica.num_cpus,
        ray_cpus_per_worker=ray_cpus,
        min_workers=min_workers,
        max_workers=max_workers,
        worker_cpus=_worker_cpus(deploy, ray_cpus),
        worker_memory_bytes=_worker_memory_bytes(deploy),
        request_timeout_s=request_s,
        keep_alive_timeout_s=_KEEP_ALIVE_S,
        worker_drain_s=drain_s,
        grace_s=drain_s + _GRACE_MARGIN_S,
        deletion_delay_s=max(_MIN_DELETION_DELAY_S, request_s + _KEEP_ALIVE_S, drain_s),
    )


_DASHBOARD = "the head has Ray's dashboard on its own port"
_ELSEWHERE = {
    "repository": {
        "root": "models", "models": "models", "model_name": "models", "model_base_path": "models",
        "model_config_list": "models", "model_config_file": "models",
        "model_config_poll_wait_s": "models", "version_policy": "models[].version_policy",
    },
    "autoscaling": {"min_replicas": "scale.min_replicas", "max_replicas": "scale.max_replicas"},
    "http": {"host": "", "port": ""},
    "grpc": {"port": ""},
    "dashboard": {"enabled": _DASHBOARD, "port": _DASHBOARD},
}  # fmt: skip


def _refuse_what_is_said_elsewhere(deploy: DeployFile) -> None:
    for group, keys in _ELSEWHERE.items():
        for key in sorted(getattr(deploy.serve, group).model_fields_set & keys.keys()):
            place = keys[key]
            reason = place if " " in place else f"say it as {place}" if place else (
                "pods listen on Ray's ports, and the Service has 8501 and 8500 beside them"
            )  # fmt: skip
            raise SettingsError(f"serve.{group}.{key} has no effect here: {reason}")


def _replicas(deploy: DeployFile) -> tuple[int, int]:
    scale = deploy.scale
    if scale.requests_per_s is not None and scale.requests_per_s_per_replica is not None:
        wanted = scale.requests_per_s * (1 + scale.headroom) / scale.requests_per_s_per_replica
        # 12.000000001 is 12: the quotient of two decimals is not exact.
        return scale.min_replicas, max(scale.min_replicas, math.ceil(round(wanted, 6)))
    return scale.min_replicas, scale.max_replicas or max(4, scale.min_replicas)


def _ray_cpus(deploy: DeployFile) -> int:
    count, each = deploy.workers.replicas_per_worker, deploy.serve.replica.num_cpus
    total = count * each
    if abs(total - round(total)) > 1e-9:
        raise SettingsError(
            f"workers.replicas_per_worker ({count}) times serve.replica.num_cpus ({each:g}) is "
            f"{total:g}: Ray counts the CPUs of a pod in whole numbers, so choose others"
        )
    return round(total)


def _worker_cpus(deploy: DeployFile, ray_cpus: int) -> float:
    wanted = deploy.workers.cpus
    if wanted is not None and wanted < ray_cpus:
        raise SettingsError(
            f"workers.cpus ({wanted:g}) is less than its {deploy.workers.replicas_per_worker} "
            f"replicas need ({ray_cpus}, and {RAY_CPUS:g} for Ray and HAProxy)"
        )
    return ray_cpus + RAY_CPUS if wanted is None else wanted


def _worker_memory_bytes(deploy: DeployFile) -> int:
    workers = deploy.workers
    replicas_bytes = workers.replicas_per_worker * workers.memory_per_replica
    needed = replicas_bytes + RAY_BYTES + workers.object_store_memory
    if workers.memory is None:
        return math.ceil(needed * _MEMORY_SLACK / _MEMORY_STEP_BYTES) * _MEMORY_STEP_BYTES
    if workers.memory < needed:
        raise SettingsError(
            f"workers.memory ({memory_text(workers.memory)}) is less than its replicas, Ray and "
            f"the object store need ({math.ceil(needed / MIB)}Mi)"
        )
    return workers.memory


def _workers(deploy: DeployFile, min_replicas: int, max_replicas: int) -> tuple[int, int]:
    each = deploy.workers.replicas_per_worker
    needed_min, needed_max = math.ceil(min_replicas / each), math.ceil(max_replicas / each)
    # Two pods although one would hold them: one node may fail.
    low = deploy.workers.min_workers or max(needed_min, min(2, min_replicas))
    high = deploy.workers.max_workers or max(needed_max, low)
    if low > min_replicas:
        raise SettingsError(
            f"workers.min_workers ({low}) is more than scale.min_replicas ({min_replicas}): a pod "
            "without a replica is never ready"
        )
    for name, count, needed, replicas in (
        ("min", low, needed_min, min_replicas), ("max", high, needed_max, max_replicas),
    ):  # fmt: skip
        if count < needed:
            raise SettingsError(
                f"workers.{name}_workers ({count}) hold {count * each} replicas, "
                f"{name}_replicas is {replicas}: at least {needed} are needed"
            )
    if high > _MOST_PODS:
        raise SettingsError(
            f"{high} pods for {max_replicas} replicas: Kubernetes has {_MOST_PODS} at most; "
            "check scale.max_replicas, or requests_per_s and requests_per_s_per_replica"
        )
    if low > high:
        raise SettingsError(
            f"workers.max_workers ({high}) is less than workers.min_workers ({low})"
        )
    return low, high
