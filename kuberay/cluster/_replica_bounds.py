"""New bounds of worker groups, brought to the running cluster.

KubeRay leaves minReplicas and maxReplicas out of what it compares, so that an edit of the
RayService alone never reaches a running RayCluster (kuberay#2331, #4568).
"""

from __future__ import annotations

from collections.abc import Iterable

from foundation.json_types import JsonObject
from kuberay.cluster.changes import Bounds
from kuberay.cluster.connection import RAY_API, Cluster


def carry_over(
    cluster: Cluster, namespace: str, ray_cluster: str, wanted: Iterable[Bounds]
) -> list[str]:
    """Returns the names of the groups whose bounds were changed on the running cluster.

    It compares with the running cluster, not with the last manifest: somebody may have applied
    that by other means. Groups that the cluster does not have are left to the operator.
    """
    found = cluster.get(RAY_API, "RayCluster", ray_cluster, namespace)
    groups = ((found or {}).get("spec") or {}).get("workerGroupSpecs") or []
    positions = {group.get("groupName"): index for index, group in enumerate(groups)}
    differing = [
        (positions[bounds.group], bounds)
        for bounds in wanted
        if bounds.group in positions and _differ(groups[positions[bounds.group]], bounds)
    ]
    steps = [step for index, bounds in differing for step in _steps(index, bounds)]
    if steps:
        cluster.json_patch(cluster.kind(RAY_API, "RayCluster"), ray_cluster, namespace, steps)
    return [bounds.group for _, bounds in differing]


def _differ(group: JsonObject, bounds: Bounds) -> bool:
    running = (group.get("minReplicas"), group.get("maxReplicas"))
    return running != (bounds.min_replicas, bounds.max_replicas)


def _steps(index: int, wanted: Bounds) -> list[JsonObject]:
    path = f"/spec/workerGroupSpecs/{index}"
    return [
        # Somebody may have moved the groups since they were read.
        {"op": "test", "path": f"{path}/groupName", "value": wanted.group},
        {"op": "add", "path": f"{path}/minReplicas", "value": wanted.min_replicas},
        {"op": "add", "path": f"{path}/maxReplicas", "value": wanted.max_replicas},
    ]
