"""The RayService, point by point: what each promise of the manifest rests on."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest

from kuberay.settings.deploy_file import RAY_VERSION

Rendered = Callable[..., dict[str, Any]]


def spec_of(rendered: Rendered, **changes: object) -> dict[str, Any]:
    """Returns the spec of the RayService."""
    spec = rendered(**changes)["RayService/shop"]["spec"]
    assert isinstance(spec, dict)
    return spec


def head_of(spec: dict[str, Any]) -> Any:
    """Returns the head's group."""
    return spec["rayClusterConfig"]["headGroupSpec"]


def worker_of(spec: dict[str, Any]) -> Any:
    """Returns the only group of workers."""
    (group,) = spec["rayClusterConfig"]["workerGroupSpecs"]
    return group


def container_of(group: Any) -> Any:
    """Returns the Ray container, which is the first."""
    return group["template"]["spec"]["containers"][0]


def environment_of(group: Any) -> dict[str, str]:
    """Returns its variables."""
    return {entry["name"]: entry["value"] for entry in container_of(group)["env"]}


def test_ray_is_the_images(rendered: Rendered) -> None:
    """KubeRay chooses what it asks of Ray by this number; it is text, 2.60 would be 2.6."""
    assert spec_of(rendered)["rayClusterConfig"]["rayVersion"] == RAY_VERSION == version("ray")


def test_head_and_workers_run_serve_alike(rendered: Rendered) -> None:
    """HAProxy on both, with both variables; only the time to drain differs."""
    spec = spec_of(rendered)
    head, worker = environment_of(head_of(spec)), environment_of(worker_of(spec))
    drain = "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"
    assert head | {drain: ""} == worker | {drain: ""}
    assert head["RAY_SERVE_ENABLE_HA_PROXY"] == head["RAY_SERVE_THROUGHPUT_OPTIMIZED"] == "1"


def test_without_haproxy_neither_variable_is_set(rendered: Rendered) -> None:
    """The second one alone leaves workers without a proxy."""
    spec = spec_of(rendered, serve={"http": {"haproxy": False}})
    worker = environment_of(worker_of(spec))
    assert worker["RAY_SERVE_ENABLE_HA_PROXY"] == "0"
    assert "RAY_SERVE_THROUGHPUT_OPTIMIZED" not in worker


def test_the_head_carries_nothing(rendered: Rendered) -> None:
    """No replica is placed on it and no request goes through it."""
    spec = spec_of(rendered)
    assert head_of(spec)["rayStartParams"]["num-cpus"] == "0"
    assert spec["excludeHeadPodFromServeSvc"] is True


def test_the_service_has_rays_ports_and_tensorflow_servings(rendered: Rendered) -> None:
    """KubeRay drops a port of the Service whose name no port of the head's container has."""
    spec = spec_of(rendered)
    ports = {p["name"]: p for p in spec["serveService"]["spec"]["ports"]}
    assert [p["port"] for p in ports.values()] == [8000, 8501, 9000, 8500]
    assert ports["serve-tf-grpc"]["targetPort"] == "serve-grpc"
    on_head = {p["name"] for p in container_of(head_of(spec))["ports"]}
    assert {"dashboard", *ports} <= on_head
    on_worker = {p["name"] for p in container_of(worker_of(spec))["ports"]}
    assert {p["targetPort"] for p in ports.values()} <= on_worker


def test_without_grpc_there_is_no_port_of_it(rendered: Rendered) -> None:
    """Neither on the Service, nor on the pods, nor in Serve's options."""
    spec = spec_of(rendered, serve={"grpc": {"enabled": False}})
    assert [p["port"] for p in spec["serveService"]["spec"]["ports"]] == [8000, 8501]
    assert "grpc_options" not in spec["serveConfigV2"]


def test_a_worker_is_ready_when_its_proxy_answers(rendered: Rendered) -> None:
    """By HTTP: KubeRay's own probe needs wget, and takes five seconds to notice a drain."""
    probe = container_of(worker_of(spec_of(rendered)))["readinessProbe"]
    assert probe["httpGet"] == {"path": "/-/healthz", "port": "serve"}
    assert (probe["initialDelaySeconds"], probe["periodSeconds"]) == (0, 1)


def test_a_worker_drains_before_it_is_killed(rendered: Rendered) -> None:
    """And nothing ends Ray before: a preStop of `ray stop` would cut requests off."""
    worker = worker_of(spec_of(rendered))
    drain_s = int(environment_of(worker)["RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"])
    assert 60 <= drain_s < worker["template"]["spec"]["terminationGracePeriodSeconds"]
    assert "lifecycle" not in container_of(worker)


@pytest.mark.parametrize("group_of", [head_of, worker_of])
def test_pods_are_restricted(rendered: Rendered, group_of: Callable[[Any], Any]) -> None:
    """Non-root, read-only root, and each place that Ray writes to is a volume."""
    group = group_of(spec_of(rendered))
    security = container_of(group)["securityContext"]
    assert security["readOnlyRootFilesystem"]
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert group["template"]["spec"]["securityContext"]["runAsUser"] == 1000
    mounts = {m["mountPath"] for m in container_of(group)["volumeMounts"]}
    assert mounts == {"/tmp", "/dev/shm"}


def test_rays_own_ports_ask_for_a_token(rendered: Rendered) -> None:
    """A Secret that the manifests name and never hold."""
    options = spec_of(rendered)["rayClusterConfig"]["authOptions"]
    assert options == {"mode": "token", "secretName": "shop-ray-token"}
    off = spec_of(rendered, token_auth={"enabled": False})["rayClusterConfig"]
    assert "authOptions" not in off


def test_a_new_model_version_touches_serve_config_alone(rendered: Rendered) -> None:
    """Whatever is in rayClusterConfig would start a new cluster."""
    old = spec_of(rendered)
    new = spec_of(rendered, models=[{"source": "gs://b/m/2"}])
    assert {key for key in old if old[key] != new[key]} == {"serveConfigV2"}


def test_a_new_image_touches_the_cluster_alone(rendered: Rendered) -> None:
    """So a second cluster starts, and the old one serves until it answers."""
    old, new = spec_of(rendered), spec_of(rendered, image="shop:2")
    assert {key for key in old if old[key] != new[key]} == {"rayClusterConfig"}
    assert new["upgradeStrategy"] == {"type": "NewCluster"}


def test_redis_has_no_namespace_of_ours(rendered: Rendered) -> None:
    """Old and new cluster would write over each other in it."""
    redis = {"address": "10.0.0.3:6379", "password": {"name": "r"}}
    options = spec_of(rendered, redis=redis)["rayClusterConfig"]["gcsFaultToleranceOptions"]
    assert options["redisAddress"] == "10.0.0.3:6379"
    assert options["redisPassword"]["valueFrom"]["secretKeyRef"] == {"name": "r", "key": "password"}
    assert "externalStorageNamespace" not in options


def test_models_can_be_mounted(rendered: Rendered) -> None:
    """From a claim, read-only, in the workers."""
    worker = worker_of(spec_of(rendered, workers={"models_claim": "models"}))
    assert {"name": "models", "mountPath": "/models", "readOnly": True} in container_of(worker)[
        "volumeMounts"
    ]
