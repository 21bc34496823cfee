"""Probes: one handler each, ports that exist, and a worker readiness that works."""

from __future__ import annotations

from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice import Group, RayService
from kuberay.validate.rule import Findings, error, warning

HANDLERS = error(
    "runtime/probe-handlers", "one handler: httpGet, exec, tcpSocket or grpc",
    "The CRD accepts two or none; the pod is refused when the operator creates it.",
    "keep one of them",
)  # fmt: skip
PROBE_PORT = error(
    "runtime/probe-port", "a port that the container names",
    "The probe fails for ever and the pod is never ready.", "name the port, or use its number",
)  # fmt: skip
PROBE_TIMES = error(
    "runtime/probe-times",
    "positive times and thresholds; successThreshold 1 for liveness and startup",
    "The pod is refused when the operator creates it.", "correct the number",
)  # fmt: skip
NO_READINESS = warning(
    "runtime/worker-readiness",
    "an own readinessProbe on the workers: httpGet /-/healthz on port serve",
    "The operator's own probe runs bash and wget: slim images never become ready, and it checks "
    "every 5 seconds, during which a switched Service has no endpoint.",
    "add readinessProbe {httpGet: {path: /-/healthz, port: serve}, periodSeconds: 1}",
)  # fmt: skip
PROXY = warning(
    "runtime/http-proxy", "NO_PROXY with localhost and 127.0.0.1 beside a HTTP proxy variable",
    "The health checks inside the pod go to the proxy and fail: workers never become ready.",
    "add NO_PROXY: localhost,127.0.0.1,.svc",
)  # fmt: skip

_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_HANDLERS = ("httpGet", "exec", "tcpSocket", "grpc")
_PROXY_NAMES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def check(service: RayService) -> Findings:
    for group in service.groups:
        for container in group.containers:
            for name in _PROBES:
                if container[name]:
                    yield from _probe(name, container[name], container)
        yield from _proxy(group)
    if service.is_service:
        yield from (
            NO_READINESS.at(group.container["readinessProbe"])
            for group in service.workers
            if group.container and not group.container["readinessProbe"]
        )


def _probe(name: str, probe: Node, container: Node) -> Findings:
    handlers = [handler for handler in _HANDLERS if probe[handler].value is not None]
    if len(handlers) != 1:
        yield HANDLERS.at(probe, " and ".join(handlers) or "none")
    names = {port["name"].text for port in container["ports"].items}
    for handler in ("httpGet", "tcpSocket"):
        port = probe[handler]["port"]
        if port.text and port.text not in names:
            yield PROBE_PORT.at(port)
    for key in ("periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"):
        number = probe[key].integer
        is_one = key == "successThreshold" and name != "readinessProbe"
        if number is not None and (number < 1 or (is_one and number != 1)):
            yield PROBE_TIMES.at(probe[key])


def _proxy(group: Group) -> Findings:
    exempt = group.env_text("NO_PROXY") + "," + group.env_text("no_proxy")
    if "localhost" in exempt and "127.0.0.1" in exempt:
        return
    for name in _PROXY_NAMES:
        if name in group.env:
            yield PROXY.at(group.env[name], name)
            return
