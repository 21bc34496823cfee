"""New bounds of worker groups, brought to the running cluster.

KubeRay leaves minReplicas and maxReplicas out of what it compares, so that an edit of the
RayService alone never reaches a running RayCluster (kuberay#2331, #4568).
"""

from __future__ import annotations

from collections.abc import Iterable

from kuberay.cluster.changes import Bounds
from kuberay.cluster.connection import Cluster
from kuberay.errors import MissingError
from kuberay.json_types import JsonObject

RAY_API = "ray.io/v1"


def carry_over(
    cluster: Cluster, namespace: str, ray_cluster: str, bounds: Iterable[Bounds]
) -> list[str]:
    """Returns the names of the groups whose bounds were changed on the running cluster.

    Raises:
        MissingError: The running cluster has no such group.
    """
    found = cluster.get(RAY_API, "RayCluster", ray_cluster, namespace)
    groups = ((found or {}).get("spec") or {}).get("workerGroupSpecs") or []
    positions = {group.get("groupName"): index for index, group in enumerate(groups)}
    steps: list[JsonObject] = []
    changed = []
    for wanted in bounds:
        index = positions.get(wanted.group)
        if index is None:
            raise MissingError(f"RayCluster/{ray_cluster} has no worker group {wanted.group}")
        steps += _steps(index, wanted)
        changed.append(wanted.group)
    if steps:
        cluster.json_patch(cluster.kind(RAY_API, "RayCluster"), ray_cluster, namespace, steps)
    return changed


def _steps(index: int, wanted: Bounds) -> list[JsonObject]:
    path = f"/spec/workerGroupSpecs/{index}"
    return [
        # Somebody may have moved the groups since they were read.
        {"op": "test", "path": f"{path}/groupName", "value": wanted.group},
        {"op": "add", "path": f"{path}/minReplicas", "value": wanted.min_replicas},
        {"op": "add", "path": f"{path}/maxReplicas", "value": wanted.max_replicas},
    ]
