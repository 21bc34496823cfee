"""What everyone accepts and then fails or works badly, rule by rule: R4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

DRAIN = "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"
AUTOSCALING = "deployment.autoscaling_config"
SERVE_PORTS = "spec.serveService.spec.ports"

BROKEN: list[tuple[Mapping[str, Any], str]] = [
    # ports
    ({"head_ray.ports.1": "(absent)"}, "runtime/head-dashboard-port"),
    ({"head_ray.ports.2": "(absent)"}, "runtime/head-serve-port"),
    ({"head_ray.ports.0": "(absent)"}, "runtime/head-gcs-port"),
    ({"ray.ports.0.name": "Serve"}, "runtime/port-name"),
    ({"ray.ports.0.containerPort": 70000}, "runtime/port-number"),
    ({"serve.http_options.port": 8001}, "runtime/serve-port"),
    ({"serve.http_options.port": 8001, "ray.ports": "(absent)"}, "runtime/serve-port"),
    ({"ray.ports.0.containerPort": 8001}, "runtime/serve-port"),
    (
        {"serve.grpc_options": {"port": 9000, "grpc_servicer_functions": ["a.b.c"]}},
        "runtime/serve-grpc-port",
    ),
    ({"spec.serveService": {"spec": {"ports": [{"name": "http", "port": 80}]}}},
     "runtime/serve-service-port"),
    ({"spec.serveService": {"spec": {"ports": [{"name": "serve", "port": 80}]}}},
     "runtime/serve-target-port"),
    (
        {"spec.serveService":
         {"spec": {"ports": [{"name": "serve", "port": 80, "targetPort": "http"}]}}},
        "runtime/serve-target-port",
    ),
    ({"serve.http_options.host": "127.0.0.1"}, "runtime/http-host"),
    # pods
    ({"ray.name": "Ray_Worker"}, "runtime/container-name"),
    ({"ray.volumeMounts": [{"name": "models", "mountPath": "/models"}]}, "runtime/unknown-volume"),
    ({"pod.volumes": [{"name": "a", "emptyDir": {}, "hostPath": {"path": "/a"}}]},
     "runtime/volume-source"),
    ({"ray.resources.requests.cpu": "5"}, "runtime/request-above-limit"),
    ({"group.template.metadata": {"labels": {"zone": "a b"}}}, "runtime/pod-label"),
    ({"group.template.metadata": {"labels": {"ray.io/group": "a"}}}, "runtime/operator-label"),
    ({"ray.securityContext": {"runAsNonRoot": True, "runAsUser": 0}}, "runtime/root-user"),
    ({"ray.securityContext": {"readOnlyRootFilesystem": True}}, "runtime/read-only-tmp"),
    ({"cluster.autoscalerOptions.securityContext": {"readOnlyRootFilesystem": True}},
     "runtime/read-only-tmp"),
    ({"ray.imagePullPolicy": "IfNotPresentt"}, "runtime/pod-word"),
    ({"pod.tolerations": [{"key": "a", "operator": "Exist"}]}, "runtime/pod-word"),
    ({"pod.securityContext": {"fsGroupChangePolicy": "onRootMismatch"}}, "runtime/pod-word"),
    ({"pod.dnsPolicy": "cluster"}, "runtime/pod-word"),
    ({"ray.readinessProbe.httpGet.scheme": "http"}, "runtime/pod-word"),
    ({"ray.readinessProbe.httpGet.port": 0}, "runtime/pod-number"),
    ({"ray.securityContext": {"runAsUser": -1}}, "runtime/pod-number"),
    (
        {"pod.topologySpreadConstraints": [
            {"maxSkew": 0, "topologyKey": "a", "whenUnsatisfiable": "ScheduleAnyway"}]},
        "runtime/pod-number",
    ),
    ({"pod.volumes": [{"name": "A_b", "emptyDir": {}}]}, "runtime/pod-name"),
    ({"pod.nodeSelector": {"pool": "a b"}}, "runtime/pod-name"),
    ({"pod.serviceAccountName": "Serve_1"}, "runtime/pod-name"),
    ({"pod.tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]},
     "runtime/toleration"),
    ({"pod.tolerations": [{"value": "b"}]}, "runtime/toleration"),
    ({"ray.env.3": {"name": "A", "valueFrom": {}}}, "runtime/env-form"),
    ({"ray.image": "(absent)"}, "runtime/image-missing"),
    ({"ray.env.3": {"name": "A=B", "value": "1"}}, "runtime/env-form"),
    (
        {"ray.env.3": {"name": "A", "value": "1",
                       "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}},
        "runtime/env-form",
    ),
    ({"group.rayStartParams.object-store-memory": "200Mi"}, "runtime/start-param-number"),
    ({"group.rayStartParams.object-store-memory": "10"}, "runtime/start-param-number"),
    # probes
    ({"ray.readinessProbe": "(absent)"}, "runtime/worker-readiness"),
    ({"ray.readinessProbe.httpGet.port": "http"}, "runtime/probe-port"),
    ({"ray.readinessProbe.httpGet": "(absent)"}, "runtime/probe-handlers"),
    ({"ray.readinessProbe.periodSeconds": 0}, "runtime/probe-times"),
    ({"ray.env.3": {"name": "http_proxy", "value": "http://proxy:3128"}}, "runtime/http-proxy"),
    # images
    ({"ray.image": "rayproject/ray:2.59.0-py311"}, "runtime/ray-version"),
    ({"ray.image": "registry.example/shop:7-ray2.59.0"}, "runtime/ray-version"),
    ({"cluster.rayVersion": "(absent)"}, "runtime/ray-version-missing"),
    ({"ray.image": "registry.example/shop:1.1"}, "runtime/different-images"),
    ({"ray.image": "registry.example:5000/shop"}, "runtime/moving-tag"),
    # capacity
    ({"deployment.ray_actor_options.num_cpus": 5}, "runtime/replica-too-large"),
    ({"deployment.ray_actor_options.memory": 9 * 2**30}, "runtime/replica-too-large"),
    ({"cluster.workerGroupSpecs": []}, "runtime/replica-too-large"),
    ({"deployment.ray_actor_options.num_gpus": 1}, "runtime/replica-too-large"),
    ({f"{AUTOSCALING}.max_replicas": 17}, "runtime/max-replicas-fit"),
    ({"deployment.ray_actor_options.num_cpus": 3}, "runtime/max-replicas-fit"),
    ({"deployment.max_replicas_per_node": 1}, "runtime/max-replicas-fit"),
    ({"group.maxReplicas": "(absent)"}, "runtime/max-replicas-missing"),
    ({"group.replicas": 3}, "runtime/replicas-not-min"),
    ({"ray.resources.limits": {"cpu": "4"}}, "runtime/memory-limit"),
    ({"ray.resources.requests.memory": "4Gi"}, "runtime/memory-request"),
    ({"ray.resources": {"limits": {"memory": "8Gi"}}}, "runtime/cpu-unknown"),
    ({"ray.resources.limits.cpu": "4500m"}, "runtime/cpu-fraction"),
    ({"head.rayStartParams": {}}, "runtime/head-num-cpus"),
    # scaling
    ({"deployment.max_ongoing_requests": 3}, "runtime/max-ongoing-below-target"),
    ({"deployment.max_ongoing_requests": 7}, "runtime/max-ongoing-near-target"),
    ({f"{AUTOSCALING}.look_back_period_s": 10}, "runtime/look-back-period"),
    ({"deployment.max_queued_requests": -1}, "runtime/max-queued-requests"),
    ({f"{AUTOSCALING}.min_replicas": 1}, "runtime/single-replica"),
    ({"cluster.autoscalerOptions.version": "(absent)"}, "runtime/autoscaler-version"),
    ({"cluster.autoscalerOptions.resources.limits.memory": "512Mi"}, "runtime/autoscaler-memory"),
    ({"cluster.enableInTreeAutoscaling": False}, "runtime/no-autoscaler"),
    ({"serve.applications.0.runtime_env": {"working_dir": "https://a/b.zip"}},
     "runtime/code-download"),
    # proxies
    ({"serve.proxy_location": "HeadOnly"}, "runtime/proxy-location"),
    ({"ray.env.0": "(absent)"}, "runtime/ha-proxy-env"),
    ({"head_ray.env.0.value": "0"}, "runtime/ha-proxy-env"),
    ({"ray.env.0.value": "0", "head_ray.env.0.value": "0"}, "runtime/throughput-env"),
    ({"ray.env.3": {"name": "RAY_SERVE_LOG_TO_STDERR", "value": "1"}}, "runtime/serve-env"),
    ({"serve.http_options.request_timeout_s": 300}, "runtime/request-timeout"),
    # shutdown
    ({"deployment.graceful_shutdown_timeout_s": 120}, "runtime/grace-below-shutdown"),
    ({"pod.terminationGracePeriodSeconds": 90}, "runtime/grace-below-drain"),
    ({"ray.lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", "ray stop"]}}}},
     "runtime/pre-stop"),
    ({"spec.rayClusterDeletionDelaySeconds": 60}, "runtime/deletion-delay"),
    # rollout
    ({"group.minReplicas": 0, "group.replicas": 0}, "runtime/head-excluded"),
    ({"spec.serveConfigV2": "(absent)"}, "runtime/no-application"),
    ({"spec.upgradeStrategy.type": "None"}, "runtime/upgrade-none"),
    (
        {
            "spec.upgradeStrategy.type": "NewClusterWithIncrementalUpgrade",
            "spec.serveService": {"spec": {"type": "ClusterIP"}},
        },
        "runtime/incremental-limits",
    ),
    ({"spec.serviceUnhealthySecondThreshold": 1}, "runtime/deprecated-field"),
    ({"spec.suspend": True}, "runtime/suspended"),
    ({"head.enableIngress": True}, "runtime/dashboard-ingress"),
    # fault tolerance and groups
    ({"cluster.gcsFaultToleranceOptions":
      {"redisAddress": "redis:6379", "externalStorageNamespace": "a"}},
     "runtime/shared-redis-namespace"),
    ({"cluster.gcsFaultToleranceOptions": {}}, "runtime/redis-address"),
    ({"pod.serviceAccountName": "models"}, "runtime/service-account"),
]  # fmt: skip

FINE: list[Mapping[str, Any]] = [
    {"head_ray.ports": "(absent)"},
    {"ray.image": "registry.example/shop:2.1.0@sha256:" + "1" * 64,
     "head_ray.image": "registry.example/shop:2.1.0@sha256:" + "1" * 64},
    {f"{AUTOSCALING}.max_replicas": 16},
    {f"{AUTOSCALING}.max_replicas": 32, "group.numOfHosts": 2},
    {"deployment.ray_actor_options.num_gpus": 0.5, "ray.resources.limits|nvidia.com/gpu": 1},
    {"deployment.ray_actor_options.num_cpus": 0.5},
    {"ray.volumeMounts": [{"name": "shared-mem", "mountPath": "/dev/shm"}]},  # the operator's own
    {"ray.env.3": {"name": "http_proxy", "value": "http://proxy:3128"},
     "ray.env.4": {"name": "NO_PROXY", "value": "localhost,127.0.0.1"}},
    {"ray.env.3": {"name": "RAY_SERVE_HAPROXY_NBTHREAD", "value": "4"}},
    {SERVE_PORTS.removesuffix(".spec.ports"): {
        "spec": {"ports": [{"name": "serve", "port": 80, "targetPort": 8000}]}}},
    {SERVE_PORTS.removesuffix(".spec.ports"): {
        "spec": {"ports": [{"name": "serve", "port": 80, "targetPort": "serve"}]}}},
    # without a port for Serve on the head the operator takes serveService as it is
    {"head_ray.ports.2": "(absent)", SERVE_PORTS.removesuffix(".spec.ports"): {
        "spec": {"ports": [{"name": "web", "port": 80, "targetPort": 8000}]}}},
    {"ray.securityContext": {"readOnlyRootFilesystem": True},
     "ray.volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
     "pod.volumes": [{"name": "tmp", "emptyDir": {}}]},
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule"), BROKEN)
def test_what_would_fail_or_work_badly_is_found(
    rules_of: Callable[..., set[str]], changes: Mapping[str, Any], rule: str
) -> None:
    """Neither the API server nor the operator says a word about these."""
    assert rule in rules_of(changes)


@pytest.mark.parametrize("changes", FINE)
def test_what_works_is_not_found(
    rules_of: Callable[..., set[str]], changes: Mapping[str, Any]
) -> None:
    """The edges of the rules, from inside."""
    assert rules_of(changes) == set()


def test_two_groups_of_one_name_are_found(
    valid_manifest: dict[str, Any], report_of: Callable[..., Any]
) -> None:
    """`runtime/group-name`: pods are found by the name of their group."""
    import yaml

    groups = valid_manifest["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    groups.append(dict(groups[0]))
    report = report_of(yaml.safe_dump(valid_manifest))
    assert [finding.rule for finding in report.findings] == ["runtime/group-name"]
