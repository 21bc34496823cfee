"""What surrounds the RayService, and the examples that stay what the command writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kuberay.render.manifests import files, stream
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.load import load

Rendered = Callable[..., dict[str, Any]]
EXAMPLES = Path(__file__).parents[3] / "kuberay" / "examples"
REDIS = {"server": {}, "password": {"name": "shop-redis"}}


@pytest.mark.parametrize("name", ["small", "gke"])
def test_the_examples_are_what_the_command_writes(name: str) -> None:
    """`bqml-kuberay render kuberay/examples/NAME.yaml -o kuberay/examples/NAME` refreshes them."""
    committed = {path.name: path.read_text() for path in (EXAMPLES / name).iterdir()}
    assert committed == dict(files(load([EXAMPLES / f"{name}.yaml"])))


def test_a_render_is_the_same_every_time(deploy: Callable[..., DeployFile]) -> None:
    """A repository of manifests shows what changed, and nothing else."""
    assert stream(deploy(redis=REDIS, loadtest={})) == stream(deploy(redis=REDIS, loadtest={}))


def test_every_namespaced_object_is_in_the_namespace_and_labelled(rendered: Rendered) -> None:
    """`kubectl get all -l app.kubernetes.io/instance=NAME` finds the whole."""
    found = rendered(redis=REDIS, loadtest={}, monitoring={})
    for name, tree in found.items():
        if not name.startswith("Namespace/"):
            assert tree["metadata"]["namespace"] == "bqml", name
            assert tree["metadata"]["labels"]["app.kubernetes.io/instance"] == "shop", name


def test_no_secret_is_ever_written(rendered: Rendered) -> None:
    """They are named; who makes them keeps them."""
    gateway = {"class_name": "x", "hostname": "a.example.com", "tls_secret": "tls"}
    found = rendered(redis=REDIS, loadtest={}, gateway=gateway)
    assert not [name for name in found if name.startswith("Secret/")]


def test_only_workers_act_as_the_google_account(rendered: Rendered) -> None:
    """The head reads no model."""
    account = "shop@my-project.iam.gserviceaccount.com"
    found = rendered(identity={"gcp_service_account": account})
    worker = found["ServiceAccount/shop-worker"]["metadata"]
    assert worker["annotations"] == {"iam.gke.io/gcp-service-account": account}
    assert "annotations" not in found["ServiceAccount/shop-head"]["metadata"]


@pytest.mark.parametrize(
    ("changes", "head"),
    [({}, 0), ({"redis": REDIS}, 1), ({"head": {"evictable": True}}, 1)],
)
def test_a_drain_takes_one_worker_and_no_irreplaceable_head(
    rendered: Rendered, changes: dict[str, object], head: int
) -> None:
    """Workers that are not ready, having no replica, hold nothing up."""
    found = rendered(**changes)
    assert found["PodDisruptionBudget/shop-head"]["spec"]["maxUnavailable"] == head
    worker = found["PodDisruptionBudget/shop-worker"]["spec"]
    assert worker["maxUnavailable"] == 1
    assert worker["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_the_operator_reaches_the_head(rendered: Rendered) -> None:
    """Where it cannot, a rollout freezes and even a revert is ignored."""
    policy = rendered(network_policy={"operator_namespace": "ray"})["NetworkPolicy/shop"]["spec"]
    space = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ray"}}}
    (rule,) = [rule for rule in policy["ingress"] if rule["from"] == [space]]
    assert [port["port"] for port in rule["ports"]] == [8265, 8000]


def test_outsiders_reach_predictions_only(rendered: Rendered) -> None:
    """Never the dashboard, the control store or HAProxy's page."""
    policy = rendered(
        network_policy={"client_namespaces": ["web"], "client_cidrs": ["10.0.0.0/8"]},
        monitoring={"namespace": "prom"},
    )["NetworkPolicy/shop"]["spec"]
    clients = [
        rule for rule in policy["ingress"] if {"ipBlock": {"cidr": "10.0.0.0/8"}} in rule["from"]
    ]
    assert [[port["port"] for port in rule["ports"]] for rule in clients] == [[8000, 9000]]
    assert policy["policyTypes"] == ["Ingress", "Egress"]


def test_the_page_for_prometheus_is_scraped_once(rendered: Rendered) -> None:
    """Every replica answers with the sum of all: a scrape per pod would multiply it."""
    found = rendered(monitoring={"labels": {"release": "prometheus"}})
    config = found["ScrapeConfig/shop-tensorflow-serving"]
    assert config["spec"]["staticConfigs"] == [{"targets": ["shop-serve-svc.bqml.svc:8000"]}]
    assert config["metadata"]["labels"]["release"] == "prometheus"
    ports = [e["port"] for e in found["PodMonitor/shop"]["spec"]["podMetricsEndpoints"]]
    assert ports == ["metrics", "as-metrics", "dash-metrics", "haproxy-metrics"]


def test_a_load_test_waits_until_it_is_started(rendered: Rendered) -> None:
    """And starts master and workers together."""
    for start in (False, True):
        found = rendered(loadtest={"start": start, "workers": 3})
        jobs = [
            found["Job/shop-loadtest-master"]["spec"],
            found["Job/shop-loadtest-worker"]["spec"],
        ]
        assert [job["suspend"] for job in jobs] == [not start] * 2
        assert [job["parallelism"] for job in jobs] == [1, 3]


def test_a_load_test_knows_the_service(rendered: Rendered) -> None:
    """Its settings follow from the manifests, and the deploy file adds to them."""
    found = rendered(loadtest={"workers": 3, "settings": {"phases": {"users": 7}}})
    settings = yaml.safe_load(found["ConfigMap/shop-loadtest"]["data"]["settings.yaml"])
    assert settings["target"]["url"] == "http://shop-serve-svc.bqml.svc:8000"
    assert settings["generator"]["workers"] == 3
    assert settings["phases"] == {"users": 7}


def test_a_gateway_ends_at_the_service_that_stays(rendered: Rendered) -> None:
    """A cluster's own Service goes with the cluster."""
    gateway = {
        "class_name": "gke-l7-rilb", "hostname": "a.example.com",
        "grpc_hostname": "g.example.com", "tls_secret": "tls",
    }  # fmt: skip
    found = rendered(gateway=gateway)
    backends = [
        found[name]["spec"]["rules"][0]["backendRefs"][0]
        for name in ("HTTPRoute/shop", "GRPCRoute/shop-grpc")
    ]
    assert backends == [
        {"name": "shop-serve-svc", "port": 8000}, {"name": "shop-serve-svc", "port": 9000},
    ]  # fmt: skip
    check = found["HealthCheckPolicy/shop"]["spec"]["default"]["config"]["httpHealthCheck"]
    assert check["requestPath"] == "/-/healthz"


def test_gkes_ingress_gets_its_settings(rendered: Rendered) -> None:
    """By an annotation of the Service that KubeRay makes."""
    found = rendered(ingress={"class_name": "gce", "hostname": "a.example.com"})
    annotations = found["RayService/shop"]["spec"]["serveService"]["metadata"]["annotations"]
    assert annotations["cloud.google.com/backend-config"] == '{"default": "shop"}'
    assert "BackendConfig/shop" in found
    other = rendered(ingress={"class_name": "nginx", "hostname": "a.example.com"})
    assert other["Ingress/shop"]["spec"]["ingressClassName"] == "nginx"
    assert "BackendConfig/shop" not in other
