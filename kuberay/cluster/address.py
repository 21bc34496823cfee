"""Where the service answers."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.json_types import JsonObject
from kuberay.cluster.connection import Cluster


@dataclass(frozen=True, slots=True)
class Address:
    """The serve Service's URLs, inside the cluster and, with a load balancer, outside."""

    service: str
    namespace: str
    ports: tuple[tuple[str, int], ...]
    outside: str

    @property
    def url(self) -> str:
        host = self.outside or f"{self.service}.{self.namespace}"
        return f"http://{host}:{self.http_port}"

    @property
    def http_port(self) -> int:
        named = dict(self.ports)
        return named.get("serve") or next(iter(named.values()), 8000)

    @property
    def forward(self) -> str:
        ports = " ".join(str(port) for _, port in self.ports)
        return f"kubectl -n {self.namespace} port-forward service/{self.service} {ports}"


def address_of(cluster: Cluster, namespace: str, service: str) -> Address | None:
    """None while the operator has made no serve Service yet."""
    name = f"{service}-serve-svc"
    found = cluster.get("v1", "Service", name, namespace)
    if found is None:
        return None
    ports = tuple((port.get("name", ""), port["port"]) for port in found["spec"].get("ports") or ())
    return Address(name, namespace, ports, _outside(found))


def _outside(service: JsonObject) -> str:
    status = (service.get("status") or {}).get("loadBalancer") or {}
    for entry in status.get("ingress") or ():
        host = entry.get("ip") or entry.get("hostname")
        if host:
            return str(host)
    return ""
