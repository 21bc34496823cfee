"""The ports of the pods and of the Service: numbers, and the names that KubeRay looks for."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object, Tree
from kuberay.settings import DeployFile

SERVE, SERVE_GRPC = 8000, 9000
"""Where Serve listens in a pod."""
TENSORFLOW_REST, TENSORFLOW_GRPC = 8501, 8500
"""Where clients of tensorflow/serving look; ports of the Service only."""
DASHBOARD, GCS = 8265, 6379
METRICS, AUTOSCALER_METRICS, DASHBOARD_METRICS, HAPROXY_METRICS = 8080, 44217, 44227, 9101
REDIS = 6379
LOCUST = 5557
METRICS_NAMES = {
    "metrics": METRICS,
    "as-metrics": AUTOSCALER_METRICS,
    "dash-metrics": DASHBOARD_METRICS,
}
HAPROXY_METRICS_NAME = "haproxy-metrics"
HEALTH_PATH = Commented("a load balancer asks / otherwise, which is no page here", "/-/healthz")


def head_ports(deploy: DeployFile) -> list[Tree]:
    return [
        Commented(
            "KubeRay looks the dashboard and Serve up by these names, and adds no port of its own "
            "once one is listed",
            port("gcs-server", GCS),
        ),
        port("dashboard", DASHBOARD),
        *_serve_ports(deploy),
        Commented(
            "nothing listens here in the pod: KubeRay keeps a port of the Service only if the "
            "head's container has one of that name",
            port("serve-tf-rest", TENSORFLOW_REST),
        ),
        *([port("serve-tf-grpc", TENSORFLOW_GRPC)] if deploy.serve.grpc.enabled else ()),
        *(port(name, number) for name, number in METRICS_NAMES.items()),
        *_haproxy_port(deploy),
    ]


def worker_ports(deploy: DeployFile) -> list[Tree]:
    return [*_serve_ports(deploy), port("metrics", METRICS), *_haproxy_port(deploy)]


def service_ports(*, grpc: bool) -> list[Tree]:
    h2c = "kubernetes.io/h2c"
    ports: list[Tree] = [
        _service_port("serve", SERVE, "serve", "http"),
        Commented(
            "8501 and 8500 are TensorFlow Serving's: its clients change the host and nothing else",
            _service_port("serve-tf-rest", TENSORFLOW_REST, "serve", "http"),
        ),
    ]
    if grpc:
        ports += [
            Commented(
                "h2c: a gateway would speak HTTP/1.1 to it, which no gRPC server understands",
                _service_port("serve-grpc", SERVE_GRPC, "serve-grpc", h2c),
            ),
            _service_port("serve-tf-grpc", TENSORFLOW_GRPC, "serve-grpc", h2c),
        ]
    return ports


def port(name: str, number: int) -> Object:
    return {"name": name, "containerPort": number, "protocol": "TCP"}


def _serve_ports(deploy: DeployFile) -> list[Object]:
    grpc = [port("serve-grpc", SERVE_GRPC)] if deploy.serve.grpc.enabled else []
    return [port("serve", SERVE), *grpc]


def _haproxy_port(deploy: DeployFile) -> list[Object]:
    return [port(HAPROXY_METRICS_NAME, HAPROXY_METRICS)] if deploy.serve.http.haproxy else []


def _service_port(name: str, number: int, target: str, protocol: str) -> Object:
    return {
        "name": name,
        "port": number,
        "targetPort": target,
        "protocol": "TCP",
        "appProtocol": protocol,
    }
