from __future__ import annotations

from typing import Any

import pytest

from kuberay.cluster._replica_bounds import carry_over
from kuberay.cluster.changes import Bounds
from kuberay.cluster.connection import Cluster
from kuberay.errors import RefusedError

GROUPS: list[dict[str, Any]] = [
    {"groupName": "a", "minReplicas": 1, "maxReplicas": 2},
    {"groupName": "b"},
]


@pytest.fixture
def running(api_server: Any) -> dict[str, Any]:
    """A RayCluster with two worker groups."""
    metadata = {"name": "shop-abcde", "namespace": "shop"}
    spec = {"workerGroupSpecs": [dict(group) for group in GROUPS]}
    api_server.put("ray.io/v1", "rayclusters", {"metadata": metadata, "spec": spec})
    return metadata


def test_only_the_named_groups_change(
    api_server: Any, cluster: Cluster, running: dict[str, Any]
) -> None:
    """Whatever their place in the list."""
    changed = carry_over(cluster, "shop", running["name"], [Bounds("b", 2, 5)])
    groups = api_server.one("rayclusters", "shop-abcde")["spec"]["workerGroupSpecs"]
    assert changed == ["b"]
    assert groups == [GROUPS[0], {"groupName": "b", "minReplicas": 2, "maxReplicas": 5}]


@pytest.mark.parametrize("bounds", [Bounds("c", 2, 5), Bounds("a", 1, 2)])
def test_absent_and_equal_groups_need_no_change(
    api_server: Any, cluster: Cluster, running: dict[str, Any], bounds: Bounds
) -> None:
    """The operator adds new groups itself."""
    assert carry_over(cluster, "shop", running["name"], [bounds]) == []
    assert not [request for request in api_server.requests if request[0] == "PATCH"]


def test_groups_that_moved_meanwhile_are_left_alone(
    api_server: Any, cluster: Cluster, running: dict[str, Any]
) -> None:
    """The patch tests the name before it writes."""
    steps: list[dict[str, Any]] = [
        {"op": "test", "path": "/spec/workerGroupSpecs/0/groupName", "value": "b"},
        {"op": "add", "path": "/spec/workerGroupSpecs/0/maxReplicas", "value": 9},
    ]
    kind = cluster.kind("ray.io/v1", "RayCluster")
    with pytest.raises(RefusedError, match="test failed"):
        cluster.json_patch(kind, running["name"], "shop", steps)
    spec = api_server.one("rayclusters", "shop-abcde")["spec"]
    assert spec["workerGroupSpecs"][0]["maxReplicas"] == 2
