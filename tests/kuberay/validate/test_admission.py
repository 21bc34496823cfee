"""What a real API server said of mutated manifests, and what came of those that it accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from kuberay.validate.schema.catalog import Catalog

PORT = {"containerPort": 8000, "name": "serve"}
EXEC = {"exec": {"command": ["true"]}}

REFUSED: list[tuple[Mapping[str, Any], str]] = [
    ({"spec.upgradeStratgy": {}}, "api/unknown-field"),
    ({"cluster.autoscalerOptions.version": "v3"}, "api/enum"),
    ({"cluster.rayVersion": 2.6}, "api/type"),
    ({"head.rayStartParams.num-cpus": 0}, "api/type"),
    ({"spec.serveConfigV2": {"applications": []}}, "api/type"),
    ({"spec.rayClusterDeletionDelaySeconds": -1}, "api/range"),
    ({"spec.rayClusterConfig.headGroupSpec": "(absent)"}, "api/required"),
    ({"ray.ports.1": {**PORT, "name": "other"}}, "api/duplicate-list-key"),
    ({"ray.resources.limits.memory": "8GiB"}, "api/pattern"),
    (
        {"ray.env.3": {"name": "RAY_SERVE_ENABLE_HA_PROXY", "value": "1"}},
        "api/duplicate-list-key",
    ),
    ({"ray.env.0.value": 1}, "api/type"),
    ({"ray.securityContext": {"runAsNonroot": True}}, "api/unknown-field"),
    (
        {
            "spec.upgradeStrategy": {
                "type": "NewClusterWithIncrementalUpgrade",
                "clusterUpgradeOptions": {"stepSizePercent": 5, "intervalSeconds": 10},
            }
        },
        "api/required",
    ),
    ({"group.replicas": 2**31}, "api/range"),
    ({"metadata.namespace": "Shop_1"}, "api/name"),
    ({"metadata.clusterName": "a"}, "api/unknown-field"),
    ({"metadata.labels": {"a": 1}}, "api/type"),
    ({"ray.resources.limits.cpu": 4.5}, "api/type"),
    ({"ray.env.3": None}, "api/type"),
]

ACCEPTED_AND_WRONG: list[tuple[Mapping[str, Any], str]] = [
    ({"spec.upgradeStrategy.type": "Newcluster"}, "operator/upgrade-type"),
    ({"metadata.name": "a" * 60}, "operator/name-length"),
    ({"metadata.name": "9shop"}, "operator/name-form"),
    ({"group.minReplicas": 5, "group.replicas": 5}, "operator/replica-bounds"),
    ({"ray.ports.1": {**PORT, "containerPort": 8001}}, "runtime/port-name-twice"),
    ({"ray.ports.0.name": "a" * 30}, "runtime/port-name"),
    ({"ray.readinessProbe.exec": {"command": ["true"]}}, "runtime/probe-handlers"),
    (
        {"spec.upgradeStrategy": {"type": "NewClusterWithIncrementalUpgrade"}},
        "operator/incremental-upgrade",
    ),
    ({"cluster.gcsFaultToleranceOptions": {"backend": "rocksdb"}},
     "operator/fault-tolerance-gate"),
]  # fmt: skip

ACCEPTED: list[Mapping[str, Any]] = [
    {"pod.topologySpreadConstraints": [{
        "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"a": "b"}}, "matchLabelKeys": ["ray.io/cluster"],
    }]},
    {"ray.resources.limits.cpu": 4},
    {"ray.livenessProbe": EXEC},
    # null is taken away, or becomes the default, before the server looks
    {"group.template.metadata": None, "group.numOfHosts": None, "ray.command": None},
    {"group.rayStartParams.num-gpus": None, "head.labels": None},
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule"), REFUSED)
def test_what_the_api_server_refuses_is_found_without_its_crd(
    rules_of: Callable[..., set[str]], changes: Mapping[str, Any], rule: str
) -> None:
    """The built-in model knows the fields of KubeRay."""
    assert rule in rules_of(changes)


@pytest.mark.parametrize(("changes", "rule"), REFUSED)
def test_what_the_api_server_refuses_is_found_with_its_crd(
    rules_of: Callable[..., set[str]], real_crds: Catalog, changes: Mapping[str, Any], rule: str
) -> None:
    """With the real CRD the same rules fire."""
    assert rule in rules_of(changes, catalog=real_crds)


def test_a_wrong_manager_breaks_the_cel_rule(
    rules_of: Callable[..., set[str]], real_crds: Catalog
) -> None:
    """The built-in model says the same as an enum."""
    assert "api/cel" in rules_of({"spec.managedBy": "foo"}, catalog=real_crds)
    assert "api/enum" in rules_of({"spec.managedBy": "foo"})


@pytest.mark.parametrize(("changes", "rule"), ACCEPTED_AND_WRONG)
def test_what_the_api_server_accepts_and_the_operator_or_kubelet_does_not(
    rules_of: Callable[..., set[str]], changes: Mapping[str, Any], rule: str
) -> None:
    """`kubectl apply` succeeds and nothing works: this is what the validator is for."""
    found = rules_of(changes)
    assert rule in found
    assert not any(name.startswith("api/") for name in found)


@pytest.mark.parametrize("changes", ACCEPTED)
def test_what_is_right_stays_right(
    rules_of: Callable[..., set[str]], changes: Mapping[str, Any]
) -> None:
    """No false findings for what the server and the operator take."""
    assert rules_of(changes) == set()
