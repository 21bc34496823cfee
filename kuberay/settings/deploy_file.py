"""The deploy file: frozen, typed, an unknown key is an error.

Every field's docstring is its help text; `bqml-kuberay settings` prints them all.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from foundation.settings.group import Group
from kuberay.settings.field_types import DnsLabel
from kuberay.settings.pods import Head, Scale, Workers
from kuberay.settings.served_model import Model
from kuberay.settings.surroundings import (
    Gateway,
    Identity,
    Ingress,
    LoadTest,
    Monitoring,
    NetworkPolicy,
    Redis,
    TokenAuth,
)
from serve_app.settings import ServeSettings

RAY_VERSION = "2.60.0"
"""The Ray of the image (`serve` in pyproject.toml); a test holds them equal."""
_IMAGE = (
    r"^([A-Za-z0-9.-]+(:\d+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*"
    r"(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$"
)
MAX_NAME = 47
"""KubeRay appends `-` and five characters for a cluster, and allows 53."""


class DeployFile(Group):
    """One service on Kubernetes."""

    name: Annotated[str, Field(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", max_length=MAX_NAME)]
    """Name of the RayService, and the beginning of every other object's."""
    namespace: DnsLabel
    """Namespace of all objects."""
    create_namespace: bool = True
    """Whether the namespace is among the manifests."""
    image: Annotated[str, Field(pattern=_IMAGE)]
    """Image of head, workers and Locust; by digest, a tag may come to mean another one."""
    ray_version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")] = RAY_VERSION
    """Ray in the image; KubeRay chooses by it what it may ask of Ray."""
    models: Annotated[tuple[Model, ...], Field(min_length=1)]
    """The models."""
    scale: Scale = Scale()
    """How much is to be served."""
    serve: ServeSettings = ServeSettings()
    """Settings of the service itself (`bqml-serve config show`), or the path of their file."""
    workers: Workers = Workers()
    """The pods that hold replicas."""
    head: Head = Head()
    """The pod that controls."""
    identity: Identity = Identity()
    """Who the pods are."""
    token_auth: TokenAuth = TokenAuth()
    """The token of Ray's own ports."""
    redis: Redis | None = None
    """Fault tolerance of the head."""
    gateway: Gateway | None = None
    """A way in by the Gateway API."""
    ingress: Ingress | None = None
    """A way in by an Ingress."""
    network_policy: NetworkPolicy = NetworkPolicy()
    """Who may talk to the pods."""
    monitoring: Monitoring | None = None
    """Prometheus."""
    loadtest: LoadTest | None = None
    """The load test inside the cluster."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.gateway and self.ingress:
            raise ValueError("gateway and ingress exclude each other")
        if self.gateway and self.gateway.grpc_hostname and not self.serve.grpc.enabled:
            raise ValueError("gateway.grpc_hostname needs serve.grpc.enabled")
        names = [model.served_name for model in self.models]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"models: {twice[0]} is listed twice; give one another `name`")
        return self

    @model_validator(mode="after")
    def _own_namespace(self) -> Self:
        if self.namespace.startswith("kube-"):
            raise ValueError(f"namespace {self.namespace} is Kubernetes' own: choose another one")
        if self.namespace == "default" and self.create_namespace:
            raise ValueError(
                "namespace default is there already, and the profile `restricted` would hold for "
                "everybody's pods in it: choose another one, or set create_namespace: false"
            )
        return self

    @model_validator(mode="after")
    def _name_of_redis(self) -> Self:
        if self.redis and self.redis.server and len(self.name) >= MAX_NAME:
            raise ValueError(
                f"name: at most {MAX_NAME - 1} characters with redis.server (Kubernetes adds "
                f"`-redis` and a hash, and allows 63), got {len(self.name)}"
            )
        return self

    @property
    def token_secret(self) -> str:
        return self.token_auth.secret or f"{self.name}-ray-token"
