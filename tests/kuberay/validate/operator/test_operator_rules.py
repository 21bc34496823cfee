"""The operator's own validation, rule by rule: R1 to R3 of KubeRay 1.7."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from kuberay.validate.checks import Options, validate
from kuberay.validate.manifest.stream import read_text
from kuberay.validate.operator import fault_tolerance
from kuberay.validate.schema.catalog import Catalog

ANNOTATION = "metadata.annotations|ray.io/"
REDIS = {"redisAddress": "redis:6379"}
INCREMENTAL = {
    "type": "NewClusterWithIncrementalUpgrade",
    "clusterUpgradeOptions": {
        "gatewayClassName": "istio", "intervalSeconds": 10, "stepSizePercent": 20,
        "maxSurgePercent": 50,
    },
}  # fmt: skip
OPTIONS = "spec.upgradeStrategy.clusterUpgradeOptions"


def incremental(**options: Any) -> dict[str, Any]:
    """Returns the changes to an incremental upgrade with some options."""
    merged = {**INCREMENTAL["clusterUpgradeOptions"], **options}  # type: ignore[dict-item]
    return {"spec.upgradeStrategy": {**INCREMENTAL, "clusterUpgradeOptions": merged}}


def env(name: str, value: str = "1") -> dict[str, Any]:
    """Returns the change that gives the head one more variable."""
    return {"head_ray.env.3": {"name": name, "value": value}}


def redis(**options: Any) -> dict[str, Any]:
    """Returns the change to fault tolerance with Redis and some options."""
    return {"cluster.gcsFaultToleranceOptions": {**REDIS, **options}}


def rocksdb(**options: Any) -> dict[str, Any]:
    """Returns the change to fault tolerance with embedded storage and some options."""
    return {"cluster.gcsFaultToleranceOptions": {"backend": "rocksdb", **options}}


def collector(**env: str) -> dict[str, Any]:
    """Returns the change to a history server whose collector has these variables."""
    entries = [{"name": name, "value": value} for name, value in env.items()]
    return {"cluster.historyServerOptions": {"collectorOptions": {"image": "i", "env": entries}}}


BROKEN: list[tuple[Mapping[str, Any], str]] = [
    # R1 metadata
    ({"metadata.name": "a" * 48}, "operator/name-length"),
    ({"metadata.name": "a.b"}, "operator/name-form"),
    ({"metadata.name": "Shop"}, "operator/name-form"),
    ({"metadata.name": "shop-"}, "operator/name-form"),
    ({f"{ANNOTATION}initializing-timeout": "soon"}, "operator/initializing-timeout"),
    ({f"{ANNOTATION}initializing-timeout": "0"}, "operator/initializing-timeout"),
    ({f"{ANNOTATION}initializing-timeout": "-5m"}, "operator/initializing-timeout"),
    # R2 the RayService
    (
        {"cluster.authOptions": {"mode": "token", "enableK8sTokenAuth": True}},
        "operator/kubernetes-token",
    ),
    ({"head.headService": {"metadata": {"name": "mine"}}}, "operator/head-service-name"),
    ({"spec.upgradeStrategy.type": "Recreate"}, "operator/upgrade-type"),
    ({"spec.rayClusterDeletionDelaySeconds": -1}, "operator/deletion-delay"),
    (incremental(maxSurgePercent=101), "operator/incremental-upgrade"),
    (incremental(stepSizePercent=60), "operator/incremental-upgrade"),
    (incremental(stepSizePercent=0), "operator/incremental-upgrade"),
    (incremental(intervalSeconds=0), "operator/incremental-upgrade"),
    (incremental(gatewayClassName=""), "operator/incremental-upgrade"),
    (
        {**incremental(), "cluster.enableInTreeAutoscaling": False},
        "operator/incremental-upgrade",
    ),
    # R3 groups
    ({"head_pod.containers": []}, "operator/no-container"),
    ({"pod.containers": []}, "operator/no-container"),
    (
        {"cluster.enableInTreeAutoscaling": False, "group.maxReplicas": "(absent)"},
        "operator/replica-bounds-missing",
    ),
    ({"group.minReplicas": -1}, "operator/replica-bounds"),
    ({"group.resources": {"CPU": "2"}, "group.rayStartParams.num-cpus": "2"},
     "operator/resources-twice"),
    ({"group.rayStartParams.labels": "a=b"}, "operator/labels-start-param"),
    ({"group.labels": {"zone": "a b"}}, "operator/group-label"),
    ({"group.idleTimeoutSeconds": -1}, "operator/group-idle-timeout"),
    (
        {"group.idleTimeoutSeconds": 60, "cluster.autoscalerOptions.version": "v1"},
        "operator/group-idle-timeout",
    ),
    ({"group.priority": 1, "cluster.rayVersion": "2.55.0"}, "operator/group-priority"),
    ({"group.suspend": True}, "operator/group-suspend"),
    # R3 fault tolerance
    ({f"{ANNOTATION}ft-enabled": "true", **redis()}, "operator/fault-tolerance-twice"),
    (env("RAY_REDIS_ADDRESS", "redis:6379"), "operator/redis-by-hand"),
    ({**redis(), "head.rayStartParams.redis-password": "x"}, "operator/redis-by-hand"),
    ({**redis(), **env("REDIS_PASSWORD")}, "operator/redis-by-hand"),
    ({**redis(), **env("RAY_REDIS_ADDRESS")}, "operator/redis-by-hand"),
    ({**redis(), f"{ANNOTATION}external-storage-namespace": "x"}, "operator/redis-by-hand"),
    ({"head.rayStartParams.redis-username": "x"}, "operator/redis-by-hand"),
    (env("REDIS_USERNAME"), "operator/redis-by-hand"),
    (rocksdb(), "operator/fault-tolerance-gate"),
    (rocksdb(redisAddress="redis:6379"), "operator/fault-tolerance-storage"),
    (rocksdb(storage={"claimName": "a", "size": "1Gi"}), "operator/fault-tolerance-storage"),
    ({**rocksdb(), **env("RAY_gcs_storage", "rocksdb")}, "operator/fault-tolerance-storage"),
    (
        {**rocksdb(), "head_pod.volumes": [{"name": "gcs-storage", "emptyDir": {}}]},
        "operator/fault-tolerance-storage",
    ),
    (redis(storage={"size": "1Gi"}), "operator/fault-tolerance-storage"),
    # R3 autoscaler
    (
        {**env("RAY_enable_autoscaler_v2"), "cluster.enableInTreeAutoscaling": False},
        "operator/autoscaler-env",
    ),
    (env("RAY_enable_autoscaler_v2", "true"), "operator/autoscaler-env"),
    ({"pod.restartPolicy": "Always"}, "operator/restart-policy"),
    ({"cluster.autoscalerOptions.idleTimeoutSeconds": -1}, "operator/idle-timeout"),
    (
        {"cluster.autoscalerOptions.env": [
            {"name": "KUBERAY_GEN_AUTOSCALER_START_CMD", "value": "x"}]},
        "operator/reserved-env",
    ),
    # R3 authentication, TLS, network policy, history server, upgrade strategy
    (
        {"cluster.authOptions": {"mode": "token"}, "cluster.rayVersion": "2.51.0"},
        "operator/token-ray-version",
    ),
    (
        {"cluster.authOptions": {"mode": "token"}, "cluster.rayVersion": "(absent)"},
        "operator/token-ray-version",
    ),
    ({"cluster.networkPolicy": {"mode": "DenyAll"}}, "operator/feature-gate"),
    ({"cluster.tlsOptions": {"enabled": True}}, "operator/feature-gate"),
    (
        {"cluster.networkPolicy": {"mode": "DenyAllEgress", "head": {"ingressRules": [{}]}}},
        "operator/network-policy-rules",
    ),
    (
        {"cluster.networkPolicy": {"workerGroups": [{"groupName": "no-such-group"}]}},
        "operator/network-policy-rules",
    ),
    ({"cluster.tlsOptions": {"enabled": True}, **env("RAY_USE_TLS")}, "operator/tls-by-hand"),
    ({"cluster.historyServerOptions": {"collectorOptions": {}}}, "operator/history-server"),
    (
        {"cluster.historyServerOptions": {"collectorOptions": {
            "image": "i", "env": [{"name": "STORAGE_BACKEND", "value": "gcs"}]}}},
        "operator/history-server",
    ),
    (collector(STORAGE_BACKEND="AzureBlob"), "operator/history-server"),
    (
        collector(STORAGE_BACKEND="AzureBlob", AZURE_STORAGE_AUTH_MODE="default",
                  AZURE_STORAGE_CONNECTION_STRING="x"),
        "operator/history-server",
    ),
    (collector(STORAGE_BACKEND="AliyunOSS", OSS_BUCKET="b"), "operator/history-server"),
    (collector(STORAGE_BACKEND="S3", S3_REGION="r", POD_IP="x"),
     "operator/history-server-reserved"),
    (
        {**collector(STORAGE_BACKEND="S3", S3_REGION="r"),
         "pod.containers.1": {"name": "ray-history-collector", "image": "i:1"}},
        "operator/history-server-reserved",
    ),
    ({"cluster.networkPolicy": {}, "group.groupName": "Serve"}, "operator/network-policy-group"),
    (
        {"cluster.tlsOptions": {"enabled": True},
         "ray.volumeMounts": [{"name": "certificates", "mountPath": "/etc/ray/tls"}]},
        "operator/tls-by-hand",
    ),
    (
        {"cluster.tlsOptions": {"enabled": True},
         "cluster.autoscalerOptions.volumeMounts": [{"name": "ray-tls", "mountPath": "/tls"}]},
        "operator/tls-by-hand",
    ),
    ({"cluster.upgradeStrategy": {"type": "Recreate"}}, "operator/cluster-upgrade-strategy"),
]  # fmt: skip

FINE: list[Mapping[str, Any]] = [
    {"metadata.name": "a" * 47},
    {f"{ANNOTATION}initializing-timeout": "1h30m"},
    {f"{ANNOTATION}initializing-timeout": "90"},
    {"group.priority": 1},
    {"group.idleTimeoutSeconds": 60},
    {"pod.restartPolicy": "Never"},
    {"cluster.authOptions": {"mode": "token", "secretName": "token"}},
    redis(redisPassword={"valueFrom": {"secretKeyRef": {"name": "redis", "key": "password"}}}),
    {"group.resources": {"CPU": "2"}},
    {"spec.upgradeStrategy": "(absent)"},
    {"group.groupName": "Serve"},
]


@pytest.mark.parametrize(("changes", "rule"), BROKEN)
def test_what_the_operator_refuses_is_found(
    rules_of: Callable[..., set[str]], changes: Mapping[str, Any], rule: str
) -> None:
    """The API server stores all of these, and the operator stops at them."""
    assert rule in rules_of(changes)


@pytest.mark.parametrize("changes", FINE)
def test_what_the_operator_takes_is_not_found(
    rules_of: Callable[..., set[str]], changes: Mapping[str, Any]
) -> None:
    """The edges of the rules, from inside."""
    assert {rule for rule in rules_of(changes) if rule.startswith("operator/")} == set()


@pytest.mark.parametrize(
    ("gate", "field", "value"),
    [
        (fault_tolerance.GATE, "gcsFaultToleranceOptions", {"backend": "rocksdb"}),
        ("RayClusterNetworkPolicy", "networkPolicy", {"mode": "DenyAll"}),
        ("RayClusterMTLS", "tlsOptions", {"enabled": True}),
        (
            "RayClusterHistoryServer",
            "historyServerOptions",
            collector(STORAGE_BACKEND="GCS", GCS_BUCKET="b")["cluster.historyServerOptions"],
        ),
    ],
)
def test_a_gate_that_is_on_lets_the_field_pass(
    valid_manifest: dict[str, Any], built_in: Catalog, gate: str, field: str, value: Any
) -> None:
    """`--feature-gate` tells what the operator's flags are."""
    valid_manifest["spec"]["rayClusterConfig"][field] = value
    stream = read_text(yaml.safe_dump(valid_manifest), "test.yaml")
    options = Options(built_in, frozenset({gate}), with_ray=False)
    assert validate(stream, options).findings == ()


def test_a_ray_cluster_may_have_a_longer_name(
    valid_manifest: dict[str, Any], built_in: Catalog
) -> None:
    """The operator appends nothing to the name of a bare RayCluster."""
    cluster = valid_manifest["spec"]["rayClusterConfig"]
    manifest = {"apiVersion": "ray.io/v1", "kind": "RayCluster", "spec": cluster}
    names = {}
    for length in (53, 54):
        named = {**manifest, "metadata": {"name": "a" * length}}
        stream = read_text(yaml.safe_dump(named), "test.yaml")
        names[length] = {f.rule for f in validate(stream, Options(built_in)).findings}
    assert names == {53: set(), 54: {"operator/name-length"}}
