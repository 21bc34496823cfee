"""Settings: what surrounds the service: identity, fault tolerance, network, monitoring."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from foundation.settings.group import Count, Group
from kuberay.quantity import GIB, MIB, Cpus, Memory
from kuberay.settings.field_types import (
    DnsLabel,
    HostName,
    LabelKey,
    Labels,
    ObjectName,
    SecretKey,
)


def _cidr(text: str) -> str:
    if "/" not in text:
        raise ValueError("expected a range of addresses such as 10.0.0.0/8, or 10.1.2.3/32 for one")
    try:
        return str(ipaddress.ip_network(text, strict=True))
    except ValueError as exc:
        raise ValueError(f"expected a range of addresses such as 10.0.0.0/8: {exc}") from exc


Cidr = Annotated[str, AfterValidator(_cidr)]
"""A range of IPv4 or IPv6 addresses, as NetworkPolicies want it."""


class Identity(Group):
    """Who the pods are."""

    gcp_service_account: Annotated[
        str, Field(pattern=r"^([a-z0-9-]+@[a-z0-9.-]+\.iam\.gserviceaccount\.com)?$")
    ] = ""
    """Google service account that the workers act as (GKE Workload Identity), to read gs://."""
    image_pull_secrets: tuple[ObjectName, ...] = ()
    """Secrets with which the image is pulled."""


class TokenAuth(Group):
    """The token that Ray's own ports (dashboard, jobs, control store) ask for."""

    enabled: bool = True
    """Whether they ask for one; prediction ports never do."""
    secret: ObjectName | Literal[""] = ""
    """Secret with the key `auth_token`; empty means <name>-ray-token."""


class RedisServer(Group):
    """A Redis that the manifests bring along: one pod with a disk."""

    image: Annotated[str, Field(min_length=1)] = "docker.io/library/redis:7.4-bookworm"
    """Image with redis-server and redis-cli."""
    storage: Memory = GIB
    """Size of its disk."""
    storage_class: str = ""
    """StorageClass of its disk; empty takes the cluster's default."""
    memory: Memory = 256 * MIB
    """Memory."""


class Redis(Group):
    """Where Ray keeps its cluster state, so that the service outlives the head pod."""

    address: Annotated[str, Field(pattern=r"^(rediss?://)?[A-Za-z0-9.-]+:\d+$")] | None = None
    """HOST:PORT of a Redis that you run, Memorystore for one; excludes `server`."""
    server: RedisServer | None = None
    """A Redis of the service's own."""
    password: SecretKey | None = None
    """Its password; required with `server`."""

    @model_validator(mode="after")
    def _one_redis(self) -> Self:
        if (self.address is None) == (self.server is None):
            raise ValueError("give either `address` or `server` ({} takes its defaults)")
        if self.server is not None and self.password is None:
            raise ValueError("`server` needs `password`: without one every pod could rewrite Ray")
        return self


class Gateway(Group):
    """A way in from outside by the Gateway API."""

    class_name: ObjectName
    """GatewayClass; gke-l7-global-external-managed, for example."""
    hostname: HostName
    """Host of the REST API."""
    grpc_hostname: HostName | Literal[""] = ""
    """Host of the gRPC API (a GRPCRoute, which the class must support); empty has none."""
    tls_secret: ObjectName | Literal[""] = ""
    """Secret of type kubernetes.io/tls."""
    gke_certificate_map: ObjectName | Literal[""] = ""
    """Certificate Manager's map, for GKE's classes."""

    @model_validator(mode="after")
    def _one_certificate(self) -> Self:
        if self.tls_secret and self.gke_certificate_map:
            raise ValueError("tls_secret and gke_certificate_map exclude each other")
        if self.grpc_hostname and self.grpc_hostname == self.hostname:
            raise ValueError(
                "grpc_hostname must differ from hostname: one host is one kind of route"
            )
        if self.grpc_hostname and not (self.tls_secret or self.gke_certificate_map):
            raise ValueError(
                "grpc_hostname needs tls_secret or gke_certificate_map: HTTP/2 needs TLS"
            )
        if self.gke_certificate_map and not self.on_gke:
            raise ValueError(f"gke_certificate_map is GKE's, class_name {self.class_name} is not")
        return self

    @property
    def on_gke(self) -> bool:
        """Whether the class is one of GKE's, which reads policies of its own."""
        return self.class_name.startswith("gke-")


class Ingress(Group):
    """A way in from outside by an Ingress, for REST."""

    class_name: ObjectName
    """IngressClass; nginx or gce, for example."""
    hostname: HostName
    """Host of the REST API."""
    tls_secret: ObjectName | Literal[""] = ""
    """Secret of type kubernetes.io/tls."""
    annotations: Mapping[LabelKey, str] = {}
    """Annotations that the class reads."""

    @property
    def on_gke(self) -> bool:
        return self.class_name in ("gce", "gce-internal")


class NetworkPolicy(Group):
    """Who may talk to the pods."""

    enabled: bool = True
    """Whether there is one; it counts only where the cluster's network enforces policies."""
    operator_namespace: DnsLabel = "kuberay-system"
    """Namespace of the KubeRay operator; wrong, every rollout freezes without a word."""
    client_namespaces: tuple[DnsLabel, ...] = ()
    """Namespaces that may send predictions; empty lets the whole cluster."""
    client_cidrs: tuple[Cidr, ...] = ()
    """Addresses outside the cluster that may, a load balancer's for one; GKE's own are added."""


class Monitoring(Group):
    """Objects that make Prometheus scrape Ray."""

    kind: Literal["PodMonitor", "PodMonitoring"] = "PodMonitor"
    """PodMonitor is the Prometheus operator's, PodMonitoring Google's managed Prometheus'."""
    labels: Labels = Field(default_factory=dict)
    """Labels by which Prometheus finds it: `release: prometheus`."""
    namespace: DnsLabel = "monitoring"
    """Namespace of Prometheus, which the network policy lets in."""
    interval_s: Count = 15
    """Seconds between two scrapes."""


class LoadTest(Group):
    """The load test inside the cluster: a Locust master that judges, and workers that send."""

    workers: Count = 2
    """Locust workers; each sends with one CPU."""
    start: bool = False
    """Whether the test begins when it is applied; else the Job is suspended until you resume it."""
    settings: Mapping[str, object] = {}
    """Settings of `python -m loadtest`: traffic, phases, rules."""
    cpus: Cpus = 1
    """CPUs of the master and of each worker."""
    memory: Memory = GIB
    """Memory of the master and of each worker."""
    report_claim: ObjectName | Literal[""] = ""
    """PersistentVolumeClaim for the report; empty loses it with the pod, but for the log."""
    node_selector: Labels = Field(default_factory=dict)
    """Labels of the nodes that send: on the service's own they would take its CPU."""
