"""A whole life on a real cluster: apply, predict, grow, new version, new image, back, delete.

`pytest -m cluster tests/kuberay` against the cluster that KUBECONFIG names, with the KubeRay
operator installed; docs/kubernetes_cluster_tests.md tells how, on kind for one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kuberay.cluster.connection import Cluster, connect
from kuberay.errors import ClusterError

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]

NAME = "bqml-cluster-test"
ENVIRONMENT = {
    "BQML_CLUSTER_IMAGE": "the image to serve with",
    "BQML_CLUSTER_NEXT_IMAGE": "another reference to an image, to switch to",
    "BQML_CLUSTER_MODEL": "a model that it can load, as /models/iris_model/1",
    "BQML_CLUSTER_NEXT_MODEL": "the version to roll to, as /models/iris_model/2",
    "BQML_CLUSTER_INSTANCES": "a JSON list of instances for predict",
}
PREDICT_RETRY_S = 60

Deploy = dict[str, Any]
Kuberay = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    """What the tests need to know, or a skip that says what is missing."""
    missing = [f"{name} ({what})" for name, what in ENVIRONMENT.items() if name not in os.environ]
    if "KUBECONFIG" not in os.environ or missing:
        pytest.skip(f"needs KUBECONFIG and {', '.join(missing) or 'nothing else'}")
    return {name: os.environ[name] for name in ENVIRONMENT}


@pytest.fixture(scope="module")
def real_cluster(wanted: dict[str, str]) -> Cluster:
    """A connection, or a skip where KubeRay is not installed."""
    assert wanted
    try:
        cluster = connect(None, NAME)
        cluster.kind("ray.io/v1", "RayService")
    except ClusterError as exc:
        pytest.skip(f"needs a cluster with the KubeRay operator: {exc.message}")
    return cluster


@pytest.fixture(scope="module")
def deploy(wanted: dict[str, str]) -> Deploy:
    """The smallest service that scales; tests change it one after the other."""
    model = wanted["BQML_CLUSTER_MODEL"]
    return {
        "name": NAME,
        "namespace": NAME,
        "image": wanted["BQML_CLUSTER_IMAGE"],
        "models": [{"name": "model", "source": model}],
        "scale": {"min_replicas": 2, "max_replicas": 3},
        "workers": {"replicas_per_worker": 1, "min_workers": 2, "max_workers": 3},
        "head": {"cpus": 1, "memory": "4Gi"},
        "token_auth": {"enabled": False},
    }


@pytest.fixture(scope="module")
def apply(tmp_path_factory: pytest.TempPathFactory) -> Kuberay:
    """Renders a deploy file and applies it, as a user would."""
    folder: Path = tmp_path_factory.mktemp("cluster")

    def run(deploy: Deploy) -> subprocess.CompletedProcess[str]:
        (folder / "deploy.yaml").write_text(yaml.safe_dump(deploy))
        rendered = kuberay("render", str(folder / "deploy.yaml"))
        (folder / "manifests.yaml").write_text(rendered.stdout)
        return kuberay("apply", str(folder / "manifests.yaml"), "--wait", "--json")

    return run


def kuberay(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Returns a finished command, which must have succeeded."""
    command = [sys.executable, "-m", "kuberay", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="module")
def service(real_cluster: Cluster, apply: Kuberay, deploy: Deploy) -> Iterator[dict[str, Any]]:
    """The running service; its namespace is deleted at the end."""
    result = apply(deploy)
    yield json.loads(result.stdout)["services"][0]
    real_cluster.delete("v1", "Namespace", NAME, "")


def predict(cluster: Cluster, instances: str) -> list[Any]:
    """Returns predictions, asked for through the API server's proxy."""
    path = (
        f"/api/v1/namespaces/{NAME}/services/{NAME}-serve-svc:serve/proxy/v1/models/model:predict"
    )
    end = time.monotonic() + PREDICT_RETRY_S
    while True:
        try:
            body = {"instances": json.loads(instances)}
            answer = cluster.client.request("post", path, body=body, serialize=False)
            found: list[Any] = json.loads(answer.data)["predictions"]
            return found
        except Exception:
            if time.monotonic() > end:
                raise
            time.sleep(1)


def active_of(cluster: Cluster) -> str:
    """Returns the name of the cluster that serves."""
    found = cluster.get("ray.io/v1", "RayService", NAME, NAME)
    assert found
    return str(found["status"]["activeServiceStatus"]["rayClusterName"])


def test_a_service_comes_up_and_predicts(
    real_cluster: Cluster, service: dict[str, Any], wanted: dict[str, str]
) -> None:
    """Apply, ready, predict."""
    assert service["endpoints"] >= 1
    instances = wanted["BQML_CLUSTER_INSTANCES"]
    assert len(predict(real_cluster, instances)) == len(json.loads(instances))


def test_new_bounds_reach_the_running_cluster(
    real_cluster: Cluster, service: dict[str, Any], apply: Kuberay, deploy: Deploy
) -> None:
    """Grow: the operator alone would leave the RayCluster as it is."""
    before = active_of(real_cluster)
    deploy["scale"] = {"min_replicas": 3, "max_replicas": 4}
    deploy["workers"] |= {"min_workers": 3, "max_workers": 4}
    apply(deploy)
    assert active_of(real_cluster) == before
    ray_cluster = real_cluster.get("ray.io/v1", "RayCluster", before, NAME)
    assert ray_cluster
    group = ray_cluster["spec"]["workerGroupSpecs"][0]
    assert (group["minReplicas"], group["maxReplicas"]) == (3, 4)


def test_a_new_version_rolls_in_place(
    real_cluster: Cluster,
    service: dict[str, Any],
    apply: Kuberay,
    deploy: Deploy,
    wanted: dict[str, str],
) -> None:
    """The same cluster serves the next model version."""
    before = active_of(real_cluster)
    deploy["models"] = [{"name": "model", "source": wanted["BQML_CLUSTER_NEXT_MODEL"]}]
    apply(deploy)
    assert active_of(real_cluster) == before
    assert predict(real_cluster, wanted["BQML_CLUSTER_INSTANCES"])


def test_a_new_image_makes_a_new_cluster(
    real_cluster: Cluster,
    service: dict[str, Any],
    apply: Kuberay,
    deploy: Deploy,
    wanted: dict[str, str],
) -> None:
    """And the head is out of the serve Service again afterwards."""
    before = active_of(real_cluster)
    deploy["image"] = wanted["BQML_CLUSTER_NEXT_IMAGE"]
    apply(deploy)
    assert active_of(real_cluster) != before
    found = real_cluster.get("ray.io/v1", "RayService", NAME, NAME)
    assert found
    assert found["spec"]["excludeHeadPodFromServeSvc"] is True
    assert predict(real_cluster, wanted["BQML_CLUSTER_INSTANCES"])


def test_rollback_returns_to_the_image_before(
    real_cluster: Cluster, service: dict[str, Any], wanted: dict[str, str]
) -> None:
    """A third cluster, made of the recorded manifests."""
    kuberay("rollback", NAME, "-n", NAME, "--wait")
    found = real_cluster.get("ray.io/v1", "RayService", NAME, NAME)
    assert found
    head = found["spec"]["rayClusterConfig"]["headGroupSpec"]["template"]["spec"]
    assert head["containers"][0]["image"] == wanted["BQML_CLUSTER_IMAGE"]


def test_a_deleted_service_leaves_nothing(real_cluster: Cluster, service: dict[str, Any]) -> None:
    """The clusters, the Services and the revisions belong to it."""
    real_cluster.delete("ray.io/v1", "RayService", NAME, NAME)
    end = time.monotonic() + 600
    while time.monotonic() < end:
        left = real_cluster.find("ray.io/v1", "RayCluster", NAME)
        left += real_cluster.find("v1", "ConfigMap", NAME, labels=f"kuberay.bqml/rayservice={NAME}")
        if not left:
            return
        time.sleep(5)
    pytest.fail(f"left over: {[item['metadata']['name'] for item in left]}")
