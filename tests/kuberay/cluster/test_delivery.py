from __future__ import annotations

import copy
from typing import Any

import pytest

from kuberay.cluster import history
from kuberay.cluster.connection import Cluster
from kuberay.cluster.delivery import Delivery
from kuberay.errors import MissingError

Manifest = dict[str, Any]


@pytest.fixture
def told() -> list[str]:
    """What the delivery says."""
    return []


@pytest.fixture
def serving(api_server: Any, cluster: Cluster, valid_manifest: Manifest, statuses: Any) -> Manifest:
    """A service that runs: its object, its status, its RayCluster."""
    cluster.apply(copy.deepcopy(valid_manifest), dry_run=False, force=False)
    stored: Manifest = api_server.one("rayservices", "shop")
    stored["status"] = {**statuses.done("shop-old"), "observedGeneration": 1}
    ray_cluster = {"metadata": {"name": "shop-old", "namespace": "shop"}}
    spec = copy.deepcopy(valid_manifest["spec"]["rayClusterConfig"])
    api_server.put("ray.io/v1", "rayclusters", {**ray_cluster, "spec": spec})
    return stored


def other(name: str, kind: str = "ConfigMap") -> Manifest:
    """Returns some other object."""
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}


def test_objects_go_in_an_order_that_works(
    api_server: Any, cluster: Cluster, valid_manifest: Manifest, told: list[str]
) -> None:
    """The namespace first, the RayService last; a namespace is filled in where one belongs."""
    valid_manifest["metadata"]["namespace"] = "new"
    manifests = [valid_manifest, other("a"), other("new", "Namespace")]
    Delivery(cluster, told.append).send(manifests, "new")
    applied = [line for line in told if line.endswith("applied")]
    assert applied == [
        "Namespace/new: applied", "ConfigMap/a in new: applied", "RayService/shop in new: applied",
    ]  # fmt: skip
    assert api_server.one("configmaps", "a")["metadata"]["namespace"] == "new"


def test_a_missing_kind_stops_everything(
    api_server: Any, cluster: Cluster, valid_manifest: Manifest, told: list[str]
) -> None:
    """Half an apply is worse than none."""
    api_server.missing_kinds = {"RayService"}
    with pytest.raises(MissingError, match=r"ray\.io/v1 RayService; nothing was sent") as caught:
        Delivery(cluster, told.append).send([other("a"), valid_manifest], None)
    assert "operator" in str(caught.value.hint)
    assert api_server.names("configmaps") == []


def test_a_server_dry_run_stores_nothing(
    api_server: Any, cluster: Cluster, valid_manifest: Manifest, told: list[str]
) -> None:
    """Not even a revision; what lies in a namespace that is only planned cannot be judged."""
    manifests = [other("new", "Namespace"), {**other("a"), "metadata": {"name": "a"}}]
    manifests[1]["metadata"]["namespace"] = "new"
    Delivery(cluster, told.append, dry_run=True).send([*manifests, valid_manifest], None)
    assert api_server.names("rayservices") + api_server.names("configmaps") == []
    assert "ConfigMap/a in new: not judged, the namespace does not exist yet" in told


def test_new_bounds_reach_the_running_cluster(
    api_server: Any, cluster: Cluster, serving: Manifest, valid_manifest: Manifest, told: list[str]
) -> None:
    """The operator would never pass them on (kuberay#2331)."""
    assert serving
    valid_manifest["spec"]["rayClusterConfig"]["workerGroupSpecs"][0]["maxReplicas"] = 9
    Delivery(cluster, told.append).send([valid_manifest], None)
    spec = api_server.one("rayclusters", "shop-old")["spec"]
    assert spec["workerGroupSpecs"][0]["maxReplicas"] == 9
    assert "RayCluster/shop-old: new bounds for serve" in told


def test_bounds_that_were_applied_by_other_means_reach_it_too(
    api_server: Any, cluster: Cluster, serving: Manifest, valid_manifest: Manifest, told: list[str]
) -> None:
    """After a `kubectl apply` nothing has changed in the manifest, but the cluster lags behind."""
    group = serving["spec"]["rayClusterConfig"]["workerGroupSpecs"][0]
    valid_manifest["spec"]["rayClusterConfig"]["workerGroupSpecs"][0]["maxReplicas"] = 9
    group["maxReplicas"] = 9
    Delivery(cluster, told.append, force=True).send([valid_manifest], None)
    assert "RayService/shop: nothing changed" in told
    assert "RayCluster/shop-old: new bounds for serve" in told


def test_a_new_image_leaves_the_running_cluster_alone(
    api_server: Any, cluster: Cluster, serving: Manifest, valid_manifest: Manifest, told: list[str]
) -> None:
    """The operator makes a new one; without --wait the gap at the switch is told."""
    assert serving
    before = copy.deepcopy(api_server.one("rayclusters", "shop-old"))
    head = valid_manifest["spec"]["rayClusterConfig"]["headGroupSpec"]["template"]["spec"]
    head["containers"][0]["image"] = "registry.example/shop@sha256:" + "2" * 64
    (sent,) = Delivery(cluster, told.append).send([valid_manifest], None)
    assert api_server.one("rayclusters", "shop-old") == before
    assert sent.held_open is False
    assert any("no endpoint for up to 4 s" in line for line in told)


def test_the_head_bridges_the_switch(
    api_server: Any, cluster: Cluster, serving: Manifest, valid_manifest: Manifest, told: list[str]
) -> None:
    """It takes traffic until the new workers are endpoints; the revision keeps what was wanted."""
    assert serving
    valid_manifest["spec"]["rayClusterConfig"]["rayVersion"] = "2.61.0"
    delivery = Delivery(cluster, told.append, bridge=True)
    (sent,) = delivery.send([valid_manifest], None)
    service = api_server.one("rayservices", "shop")
    assert sent.held_open
    assert service["spec"]["excludeHeadPodFromServeSvc"] is False
    (revision,) = history.revisions(cluster, "shop", "shop")
    assert revision.manifests[0]["spec"]["excludeHeadPodFromServeSvc"] is True
    delivery.close_head(sent)
    assert api_server.one("rayservices", "shop")["spec"] == valid_manifest["spec"]


def test_a_new_service_needs_no_bridge(
    cluster: Cluster, valid_manifest: Manifest, told: list[str]
) -> None:
    """Nothing serves yet that could be interrupted."""
    (sent,) = Delivery(cluster, told.append, bridge=True).send([valid_manifest], None)
    assert (sent.change.is_new, sent.held_open, sent.revision) == (True, False, 1)


def test_a_cluster_that_starts_smaller_is_told(
    api_server: Any, cluster: Cluster, serving: Manifest, valid_manifest: Manifest, told: list[str]
) -> None:
    """The old cluster may have grown with the load, the new one starts at its minimum."""
    status = serving["status"]["activeServiceStatus"]["rayClusterStatus"]
    status["desiredWorkerReplicas"] = 4
    valid_manifest["spec"]["rayClusterConfig"]["rayVersion"] = "2.61.0"
    Delivery(cluster, told.append).send([valid_manifest], None)
    assert any("starts with 2 workers, the old one has 4" in line for line in told)


def test_a_switch_that_is_still_ahead_is_bridged_again(
    api_server: Any, cluster: Cluster, serving: Manifest, valid_manifest: Manifest, told: list[str],
    statuses: Any,
) -> None:  # fmt: skip
    """An apply that was interrupted left the head in; the next one must not take it out early."""
    serving["spec"]["excludeHeadPodFromServeSvc"] = False
    serving["status"]["pendingServiceStatus"] = statuses.cluster("shop-new")
    (sent,) = Delivery(cluster, told.append, bridge=True, force=True).send([valid_manifest], None)
    assert sent.held_open
    assert api_server.one("rayservices", "shop")["spec"]["excludeHeadPodFromServeSvc"] is False


def test_the_size_is_the_running_clusters_own(
    api_server: Any, cluster: Cluster, serving: Manifest, valid_manifest: Manifest, told: list[str]
) -> None:
    """The copy in the RayService's status is as old as its last change."""
    assert serving
    api_server.one("rayclusters", "shop-old")["status"] = {"desiredWorkerReplicas": 7}
    valid_manifest["spec"]["rayClusterConfig"]["rayVersion"] = "2.61.0"
    Delivery(cluster, told.append).send([valid_manifest], None)
    assert any("starts with 2 workers, the old one has 7" in line for line in told)
