"""Container ports, and who looks for them by name."""

from __future__ import annotations

import re

from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice import Group, RayService, ServeConfig
from kuberay.validate.rule import Findings, error, warning

_REFUSED = "The CRD accepts it; the pod is refused when the operator creates it."
PORT_NAME = error(
    "runtime/port-name",
    "at most 15 lower-case letters, digits and single -, with a letter among them", _REFUSED,
    "shorten the name",
)  # fmt: skip
PORT_NAME_TWICE = error(
    "runtime/port-name-twice", "each port name once in a container", _REFUSED, "rename one of them",
)  # fmt: skip
PORT_NUMBER = error(
    "runtime/port-number", "a port from 1 to 65535",
    "The pod is refused when the operator creates it.", "correct the number",
)  # fmt: skip
NO_DASHBOARD = error(
    "runtime/head-dashboard-port", "a head port named dashboard (8265)",
    "Once the head lists a port the defaults are gone, and the operator finds the dashboard, "
    "which takes the Serve config, by this name.", "add {containerPort: 8265, name: dashboard}",
)  # fmt: skip
NO_SERVE = error(
    "runtime/head-serve-port", "a head port named serve or serve-...",
    "Without one the operator makes no serve Service.", "add {containerPort: 8000, name: serve}",
)  # fmt: skip
NO_GCS = warning(
    "runtime/head-gcs-port", "a head port named gcs-server (6379)",
    "Once the head lists a port the defaults are gone; workers join at this one.",
    "add {containerPort: 6379, name: gcs-server}",
)  # fmt: skip
SERVE_PORT = error(
    "runtime/serve-port",
    "the port that serveConfigV2 makes Serve listen on, in the head and every worker group",
    "The Service, the probes and the operator's health check go to the container port.",
    "make the two numbers equal",
)  # fmt: skip
NO_GRPC_PORT = warning(
    "runtime/serve-grpc-port", "a port named serve-grpc on the head where Serve speaks gRPC",
    "The serve Service gets no gRPC port.", "add {containerPort: 9000, name: serve-grpc}",
)  # fmt: skip
DROPPED_PORT = warning(
    "runtime/serve-service-port",
    "ports of serveService whose names the head container has, serve or serve-...",
    "The operator merges by name and drops the others in silence.",
    "name the port on the head container too",
)  # fmt: skip
TARGET_PORT = error(
    "runtime/serve-target-port",
    "a targetPort that every worker's container lists; without one it is the port's own number",
    "Nothing listens there: connections are refused, or the port has no endpoint.",
    "add targetPort: serve (serve-grpc for gRPC), and that port to the workers' containers",
)  # fmt: skip
LOCAL_HOST = error(
    "runtime/http-host", "host 0.0.0.0", "Serve would answer inside its own pod only.",
    "set http_options.host to 0.0.0.0",
)  # fmt: skip

_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_NAME = 15


def check(service: RayService) -> Findings:
    for group in service.groups:
        for container in group.containers:
            yield from _container_ports(container)
    if not service.is_service:
        return
    yield from _head(service)
    yield from _service_ports(service)
    if service.serve is not None:
        yield from _serve(service, service.serve)


def _container_ports(container: Node) -> Findings:
    seen: set[str] = set()
    for port in container["ports"].items:
        name, number = port["name"], port["containerPort"].integer
        if name.text in seen:
            yield PORT_NAME_TWICE.at(name)
        if name.text and (len(name.text) > _LONGEST_NAME or not _NAME.fullmatch(name.text)):
            yield PORT_NAME.at(name, f"{name.text} ({len(name.text)} characters)")
        if number is not None and not 0 < number < 2**16:
            yield PORT_NUMBER.at(port["containerPort"])
        seen |= {name.text} - {""}


def _head(service: RayService) -> Findings:
    head = service.head
    ports = head.container["ports"]
    if not ports.items:
        return  # the operator adds all defaults
    if "dashboard" not in head.ports:
        yield NO_DASHBOARD.at(ports, ", ".join(head.ports) or "no names")
    if "gcs-server" not in head.ports:
        yield NO_GCS.at(ports, ", ".join(head.ports) or "no names")
    if not any(_is_serve(name) for name in head.ports) and not _own_ports(service):
        yield NO_SERVE.at(ports, ", ".join(head.ports) or "no names")


def _is_serve(name: str) -> bool:
    return name == "serve" or name.startswith("serve-")


def _own_ports(service: RayService) -> list[Node]:
    if service.upgrade_type == RayService.INCREMENTAL:
        return []  # serveService is ignored
    return service.spec.at("serveService", "spec", "ports").items


def _service_ports(service: RayService) -> Findings:
    listed = service.head.container["ports"].items
    known = {name for name in service.head.ports if _is_serve(name)} if listed else {"serve"}
    for port in _own_ports(service):
        # Where the head has no port for Serve, the operator takes serveService as it is.
        if known and port["name"].text not in known:
            yield DROPPED_PORT.at(port["name"])
        else:
            yield from _target(service, port)


def _target(service: RayService, port: Node) -> Findings:
    target = port["targetPort"] or port["port"]
    for group in service.workers:
        ports = group.pod.each("containers[].ports[]")
        known = [one[key].value for one in ports for key in ("name", "containerPort")]
        if ports and target.value not in known:
            yield TARGET_PORT.at(port, f"{target.value}, not in the group {group.name}")


def _serve(service: RayService, serve: ServeConfig) -> Findings:
    host = serve.root.at("http_options", "host")
    if host.text in ("localhost", "127.0.0.1", "::1"):
        yield LOCAL_HOST.at(host)
    for group in service.groups:
        yield from _group_serve(group, serve)
    has_ports = bool(service.head.container["ports"].items)
    if serve.speaks_grpc and has_ports and "serve-grpc" not in service.head.ports:
        yield NO_GRPC_PORT.at(service.head.container["ports"])


def _group_serve(group: Group, serve: ServeConfig) -> Findings:
    wanted = {"serve": serve.http_port}
    if serve.speaks_grpc:
        wanted["serve-grpc"] = serve.grpc_port
    ports = group.container["ports"]
    for name, number in wanted.items():
        port = group.ports.get(name)
        if port is not None and port["containerPort"].integer not in (None, number):
            yield SERVE_PORT.at(port["containerPort"], expected=f"{number}, as in serveConfigV2")
    # A worker's readiness asks the port named serve, else 8000; a head without ports gets it.
    is_default = serve.http_port == serve.DEFAULT_HTTP_PORT
    if "serve" not in group.ports and not is_default and not (group.is_head and ports.items):
        yield SERVE_PORT.at(ports, "no port named serve", expected=f"serve {serve.http_port}")
