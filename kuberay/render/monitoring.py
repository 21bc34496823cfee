"""Monitoring: what makes Prometheus scrape Ray, HAProxy and the service's own page."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import COMPONENT, HEAD, INSTANCE, WORKER, Names
from kuberay.render.pod import CLUSTER
from kuberay.render.ports import HAPROXY_METRICS_NAME, METRICS_NAMES, SERVE
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.surroundings import Monitoring

_CLUSTER_LABEL = "ray_io_cluster"


def monitoring_objects(deploy: DeployFile) -> list[Object]:
    monitoring = deploy.monitoring
    if monitoring is None:
        return []
    if monitoring.kind == "PodMonitoring":
        return [_pod_monitoring(deploy, monitoring)]
    page = [_page(deploy, monitoring)] if deploy.serve.metrics.enabled else []
    return [_pod_monitor(deploy, monitoring), *page]


def _pod_monitor(deploy: DeployFile, monitoring: Monitoring) -> Object:
    names = Names.of(deploy)
    relabelings: Tree = [
        {
            "sourceLabels": ["__meta_kubernetes_pod_label_ray_io_cluster"],
            "targetLabel": _CLUSTER_LABEL,
        }
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": _metadata(names, names.instance, monitoring),
        "spec": {
            "selector": Commented(
                "a PodMonitor: no Service stands for the workers alone", _pods(names)
            ),
            "podMetricsEndpoints": [
                {
                    "port": port,
                    "interval": f"{monitoring.interval_s}s",
                    "relabelings": relabelings,
                }
                for port in _ports(deploy)
            ],
        },
    }


def _pod_monitoring(deploy: DeployFile, monitoring: Monitoring) -> Object:
    names = Names.of(deploy)
    return {
        "apiVersion": "monitoring.googleapis.com/v1",
        "kind": "PodMonitoring",
        "metadata": _metadata(names, names.instance, monitoring),
        "spec": {
            "selector": _pods(names),
            "endpoints": [
                {"port": port, "interval": f"{monitoring.interval_s}s"} for port in _ports(deploy)
            ],
            "targetLabels": {"fromPod": [{"from": CLUSTER, "to": _CLUSTER_LABEL}]},
        },
    }


def _page(deploy: DeployFile, monitoring: Monitoring) -> Object:
    names = Names.of(deploy)
    return {
        "apiVersion": "monitoring.coreos.com/v1alpha1",
        "kind": "ScrapeConfig",
        "metadata": _metadata(names, f"{names.instance}-tensorflow-serving", monitoring),
        "spec": {
            "metricsPath": deploy.serve.metrics.path,
            "scrapeInterval": f"{monitoring.interval_s}s",
            "staticConfigs": Commented(
                "through the Service, once: every replica answers with the sum of all",
                [{"targets": [f"{names.host(names.serve_service)}:{SERVE}"]}],
            ),
        },
    }


def _metadata(names: Names, name: str, monitoring: Monitoring) -> Object:
    metadata = names.metadata(name)
    labels = metadata["labels"]
    assert isinstance(labels, dict)
    return metadata | {"labels": labels | dict(monitoring.labels)}


def _pods(names: Names) -> Object:
    return {
        "matchLabels": {INSTANCE: names.instance},
        "matchExpressions": [{"key": COMPONENT, "operator": "In", "values": [HEAD, WORKER]}],
    }


def _ports(deploy: DeployFile) -> list[str]:
    haproxy = [HAPROXY_METRICS_NAME] if deploy.serve.http.haproxy else []
    return [*METRICS_NAMES, *haproxy]
