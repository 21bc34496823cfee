"""Monitoring: what makes Prometheus scrape Ray, HAProxy and the service's own page."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import Names
from kuberay.render.pod import CLUSTER
from kuberay.render.ports import HAPROXY_METRICS_NAME, METRICS_NAMES, SERVE
from kuberay.settings import DeployFile

_CLUSTER_LABEL = "ray_io_cluster"


def monitoring_objects(deploy: DeployFile) -> list[Object]:
    monitoring = deploy.monitoring
    if monitoring is None:
        return []
    names = Names.of(deploy)
    labels: Object = dict(monitoring.labels)
    ports = [*METRICS_NAMES, *([HAPROXY_METRICS_NAME] if deploy.serve.http.haproxy else [])]
    interval = f"{monitoring.interval_s}s"
    endpoints: list[Object] = [{"port": port, "interval": interval} for port in ports]
    if monitoring.kind == "PodMonitoring":
        spec: Object = {
            "selector": names.ray_pods,
            "endpoints": endpoints,
            "targetLabels": {"fromPod": [{"from": CLUSTER, "to": _CLUSTER_LABEL}]},
        }
        kind = "monitoring.googleapis.com/v1 PodMonitoring"
        return [names.object(kind, labels=labels, spec=spec)]
    source = "__meta_kubernetes_pod_label_ray_io_cluster"
    relabelings: Tree = [{"sourceLabels": [source], "targetLabel": _CLUSTER_LABEL}]
    spec = {
        "selector": Commented(
            "a PodMonitor: no Service stands for the workers alone", names.ray_pods
        ),
        "podMetricsEndpoints": [{**one, "relabelings": relabelings} for one in endpoints],
    }
    monitor = names.object("monitoring.coreos.com/v1 PodMonitor", labels=labels, spec=spec)
    if not deploy.serve.metrics.enabled:
        return [monitor]
    return [monitor, _page(deploy, names, interval, labels)]


def _page(deploy: DeployFile, names: Names, interval: str, labels: Object) -> Object:
    spec: Object = {
        "metricsPath": deploy.serve.metrics.path,
        "scrapeInterval": interval,
        "staticConfigs": Commented(
            "through the Service, once: every replica answers with the sum of all",
            [{"targets": [f"{names.host(names.serve_service)}:{SERVE}"]}],
        ),
    }
    kind, name = "monitoring.coreos.com/v1alpha1 ScrapeConfig", "tensorflow-serving"
    return names.object(kind, f"{names.instance}-{name}", labels=labels, spec=spec)
