"""The ports of the pods and of the Service: numbers, and the names that KubeRay looks for."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object

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


def head_ports(*, grpc: bool, haproxy: bool) -> list[Object | Commented]:
    ports: list[Object | Commented] = [
        Commented(
            "KubeRay looks the dashboard and Serve up by these names, and adds no port of its own "
            "once one is listed",
            _port("gcs-server", GCS),
        ),
        _port("dashboard", DASHBOARD),
        *_serve_ports(grpc=grpc),
        Commented(
            "nothing listens here in the pod: KubeRay keeps a port of the Service only if the "
            "head's container has one of that name",
            _port("serve-tf-rest", TENSORFLOW_REST),
        ),
    ]
    if grpc:
        ports.append(_port("serve-tf-grpc", TENSORFLOW_GRPC))
    ports += [_port(name, number) for name, number in METRICS_NAMES.items()]
    return ports + ([_port(HAPROXY_METRICS_NAME, HAPROXY_METRICS)] if haproxy else [])


def worker_ports(*, grpc: bool, haproxy: bool) -> list[Object]:
    ports = [*_serve_ports(grpc=grpc), _port("metrics", METRICS)]
    return ports + ([_port(HAPROXY_METRICS_NAME, HAPROXY_METRICS)] if haproxy else [])


def service_ports(*, grpc: bool) -> list[Object | Commented]:
    # kubernetes.io/h2c: gateways would speak HTTP/1.1 otherwise.
    h2c = "kubernetes.io/h2c"
    ports: list[Object | Commented] = [
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


def _serve_ports(*, grpc: bool) -> list[Object]:
    return [_port("serve", SERVE), *([_port("serve-grpc", SERVE_GRPC)] if grpc else [])]


def _port(name: str, number: int) -> Object:
    return {"name": name, "containerPort": number, "protocol": "TCP"}


def _service_port(name: str, number: int, target: str, protocol: str) -> Object:
    return {
        "name": name,
        "port": number,
        "targetPort": target,
        "protocol": "TCP",
        "appProtocol": protocol,
    }
