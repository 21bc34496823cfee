"""What the service listens on, and what it answers there beside predictions."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from foundation.settings.group import Group, Port


class HttpSettings(Group):
    """The public REST port of a locally started service."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 opens the service to the network."""
    port: Port = 8501
    """REST port; 8501 is TensorFlow Serving's."""
    haproxy: bool = True
    """HAProxy balances straight to the replicas; false uses Ray's Python proxy."""
    data_plane: bool | None = None
    """Whether replicas answer predict requests ahead of Ray Serve's bookkeeping; null does wherever
    requests reach their listeners: behind HAProxy."""
    log_metrics: bool = False
    """Whether Ray Serve reads its request metrics from HAProxy's log, at HAProxy's own cost again;
    otherwise the replicas count for it."""
    cors: bool = False
    """Whether web pages of any origin may read the answers of /v1/, errors included."""
    replica_header: Annotated[str, Field(pattern=r"^([Xx]-[A-Za-z0-9-]*[A-Za-z0-9])?$")] = ""
    """Response header (gRPC: trailing metadata) with the name of the replica that answered, such as
    X-Replica; empty sends none."""

    @model_validator(mode="after")
    def _data_plane_is_reached(self) -> Self:
        if self.data_plane and not self.haproxy:
            raise ValueError("data_plane needs haproxy: Ray's own proxy does not reach it")
        return self

    @field_validator("replica_header")
    @classmethod
    def _not_binary(cls, name: str) -> str:
        if name.lower().endswith("-bin"):
            raise ValueError("a name that ends in -bin is for bytes, not for text, in gRPC")
        return name


class GrpcSettings(Group):
    """The public gRPC port of a locally started service; it listens where the REST port does."""

    enabled: bool = True
    """Whether there is one."""
    port: Port = 8500
    """gRPC port; 8500 is TensorFlow Serving's."""
    max_message_bytes: Annotated[int, Field(ge=1024, lt=2**31)] = 256 * 1024 * 1024
    """Largest message either way, and largest tensors that a request may stand for."""


class MetricsSettings(Group):
    """The page for Prometheus, on the REST port."""

    enabled: bool = True
    """Whether there is one; false answers 404."""
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./-]*$")] = "/monitoring/prometheus/metrics"
    """Where it is; the default is TensorFlow Serving's."""

    @model_validator(mode="after")
    def _not_among_the_api(self) -> Self:
        if f"{self.path}/".lower().startswith("/v1/"):
            raise ValueError(f"path ({self.path}) must not lie below /v1/, which is the API's")
        return self


class DashboardSettings(Group):
    """Ray's dashboard and its REST API beside a locally started service, on loopback only."""

    enabled: bool = False
    """Whether there is one; it takes a dozen processes and about 1 GB."""
    port: Port = 8265
    """Its port; 8265 is Ray's."""
