"""Whatever a deploy file says: what is rendered is accepted by the API server and by Ray."""

from __future__ import annotations

import copy
import functools
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import kubernetes_validate.utils as library
import pytest
import yaml
from hypothesis import HealthCheck, given, reject
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from foundation.errors import SettingsError
from kuberay.render.commented import plain
from kuberay.render.manifests import objects
from kuberay.settings.load import validated

Validator = Callable[[Any], None]
CORE = ("v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1")
KUBERNETES = "1.30"

NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,45}[a-z0-9])?", fullmatch=True)
SOURCES = st.sampled_from(["gs://b/m/3", "gs://b/m", "/models/m/1", "/models/m"])
SMALL = st.integers(min_value=1, max_value=20)
REDIS = st.sampled_from(
    [
        {"address": "10.0.0.3:6379"},
        {"server": {"storage_class": "ssd"}, "password": {"name": "r", "key": "k"}},
    ]
)
HOSTS = {"hostname": "a.example.com"}
WAYS_IN = st.sampled_from(
    [
        {"gateway": HOSTS | {"class_name": "gke-l7-rilb", "gke_certificate_map": "m"}},
        {"gateway": HOSTS | {"class_name": "x", "tls_secret": "t", "grpc_hostname": "g.a.b"}},
        {"ingress": HOSTS | {"class_name": "nginx", "tls_secret": "t"}},
        {"ingress": HOSTS | {"class_name": "gce"}},
        {},
    ]
)
SCALES = st.one_of(
    st.builds(lambda low, more: {"min_replicas": low, "max_replicas": low + more}, SMALL, SMALL),
    st.builds(
        lambda wanted, each: {"requests_per_s": wanted, "requests_per_s_per_replica": each},
        st.floats(1, 5000), st.floats(50, 500),
    ),
)  # fmt: skip
PLACEMENT = st.sampled_from(
    [
        {},
        {
            "node_selector": {"cloud.google.com/gke-spot": "true"},
            "tolerations": [{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}],
            "priority_class": "low",
        },
    ]
)
SERVE = st.fixed_dictionaries(
    {},
    optional={
        "replica": st.builds(lambda n: {"num_cpus": n}, st.sampled_from([0.5, 1, 2, 1.5])),
        "grpc": st.builds(lambda on: {"enabled": on}, st.booleans()),
        "http": st.builds(lambda on: {"haproxy": on, "cors": not on}, st.booleans()),
        "tensorflow": st.builds(lambda ms: {"request_timeout_ms": ms}, st.integers(1, 10**6)),
        "autoscaling": st.builds(lambda t: {"target_ongoing_requests": t}, st.floats(0.5, 40)),
    },
)
WORKERS = st.builds(
    lambda each, place, claim: {"replicas_per_worker": each, "models_claim": claim} | place,
    SMALL, PLACEMENT, st.sampled_from(["", "models"]),
)  # fmt: skip
MONITORING = st.sampled_from([{"kind": "PodMonitor"}, {"kind": "PodMonitoring"}])
DEPLOY_FILES = st.builds(
    lambda whole, way_in: whole | way_in,
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "namespace": NAMES,
            "image": st.sampled_from(["shop:1", "r.example:5000/a/b@sha256:" + "0" * 64]),
            "models": st.builds(lambda source: [{"source": source}], SOURCES),
            "scale": SCALES,
            "workers": WORKERS,
            "serve": SERVE,
        },
        optional={
            "head": PLACEMENT,
            "redis": REDIS,
            "identity": st.just({"image_pull_secrets": ["pull"]}),
            "token_auth": st.builds(lambda on: {"enabled": on}, st.booleans()),
            "network_policy": st.builds(lambda on: {"enabled": on}, st.booleans()),
            "monitoring": MONITORING,
            "loadtest": st.sampled_from([{}, {"start": True, "report_claim": "reports"}]),
        },
    ),
    WAYS_IN,
)  # fmt: skip


@pytest.fixture(scope="module")
def ray_service_schema(shared: Path) -> Validator:
    """Checks a RayService against KubeRay's CRD with unknown fields forbidden."""
    crd = yaml.load(
        (shared / "data" / "kuberay-crds" / "ray.io_rayservices.yaml").read_text(), yaml.CSafeLoader
    )
    (version,) = [v for v in crd["spec"]["versions"] if v["name"] == "v1"]
    schema = _strict(copy.deepcopy(version["schema"]["openAPIV3Schema"]))
    schema["properties"]["metadata"] = {"type": "object"}
    validator = jsonschema.Draft202012Validator(schema)
    return validator.validate


@pytest.fixture(scope="module", autouse=True)
def schemas_read_once() -> Iterator[None]:
    """The library would read five megabytes of definitions for each object."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("schema_contents", "all_versions"):
            patch.setattr(library, name, functools.cache(getattr(library, name)))
        yield


def _strict(schema: Any) -> Any:
    """Forbids unknown fields, as fieldValidation=Strict does, and reads Kubernetes' extensions."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _strict(value) for key, value in schema.items()}
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields")
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        result.setdefault("additionalProperties", bool(open_ended))
    return result


def rendered(tree: dict[str, Any]) -> list[Any]:
    """Returns the objects of a deploy file whose sizes do not contradict each other."""
    try:
        deploy = validated(tree)
        return [plain(one) for found in objects(deploy).values() for one in found]
    except SettingsError:
        return reject()


def the_ray_service(found: list[Any]) -> Any:
    """Returns the RayService among the objects."""
    (service,) = [tree for tree in found if tree["kind"] == "RayService"]
    return service


def groups_of(service: Any) -> list[Any]:
    """Returns the head's group and the workers'."""
    cluster = service["spec"]["rayClusterConfig"]
    return [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]


relaxed = hypothesis(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@relaxed
@given(tree=DEPLOY_FILES)
def test_the_crd_knows_every_field(ray_service_schema: Validator, tree: dict[str, Any]) -> None:
    """An unknown one would be pruned without a word."""
    ray_service_schema(the_ray_service(rendered(tree)))


@relaxed
@given(tree=DEPLOY_FILES)
def test_kubernetes_knows_every_field(tree: dict[str, Any]) -> None:
    """Of the core objects, and of the pods that the operator will make of the templates."""
    found = rendered(tree)
    for core in (one for one in found if one["apiVersion"] in CORE):
        kubernetes_validate.validate(core, KUBERNETES, strict=True)
    for group in groups_of(the_ray_service(found)):
        pod = {"apiVersion": "v1", "kind": "Pod", **copy.deepcopy(group["template"])}
        kubernetes_validate.validate(pod, KUBERNETES, strict=True)


@relaxed
@given(tree=DEPLOY_FILES)
def test_a_pod_of_every_template_can_be_made(tree: dict[str, Any]) -> None:
    """What the CRD lets pass and the API server then refuses, pod by pod, for ever."""
    found = rendered(tree)
    templates = [group["template"] for group in groups_of(the_ray_service(found))]
    templates += [one["spec"]["template"] for one in found if "template" in one.get("spec", {})]
    for spec in (template["spec"] for template in templates):
        volumes = {volume["name"] for volume in spec["volumes"]} | {"data"}
        for container in spec["containers"]:
            names = [port["name"] for port in container.get("ports", [])]
            assert len(set(names)) == len(names)
            assert all(len(name) <= 15 for name in names)
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
            variables = [variable["name"] for variable in container["env"]]
            assert len(set(variables)) == len(variables)


@relaxed
@given(tree=DEPLOY_FILES)
def test_serve_and_the_worker_group_agree(tree: dict[str, Any]) -> None:
    """Ray accepts the configuration, and every replica that Serve may ask for has a place."""
    service = the_ray_service(rendered(tree))
    config = yaml.safe_load(service["spec"]["serveConfigV2"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray's own, while it is imported; metrics_interval_s
        from ray.serve.schema import ServeDeploySchema

        ServeDeploySchema.model_validate(config)
    deployment = config["applications"][0]["deployments"][0]
    scaling, actor = deployment["autoscaling_config"], deployment["ray_actor_options"]
    group = groups_of(service)[1]
    cpus = int(group["rayStartParams"]["num-cpus"])
    assert scaling["max_replicas"] * actor["num_cpus"] <= group["maxReplicas"] * cpus
    assert group["replicas"] == group["minReplicas"] <= scaling["min_replicas"]
    assert deployment["max_ongoing_requests"] >= 2 * scaling["target_ongoing_requests"]


@relaxed
@given(tree=DEPLOY_FILES)
def test_serve_listens_where_the_pods_say(tree: dict[str, Any]) -> None:
    """KubeRay and the Service look for Serve at the ports of these names."""
    service = the_ray_service(rendered(tree))
    config = yaml.safe_load(service["spec"]["serveConfigV2"])
    for group in groups_of(service):
        listed = group["template"]["spec"]["containers"][0]["ports"]
        ports = {port["name"]: port["containerPort"] for port in listed}
        assert config["http_options"]["port"] == ports["serve"]
        assert config.get("grpc_options", {}).get("port") == ports.get("serve-grpc")
