"""Settings: which service and which model the load goes to."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from foundation.settings.group import Group, PositiveSeconds
from loadtest.settings._kinds import Headers


class TargetSettings(Group):
    """The service under load, and the model to ask."""

    protocol: Literal["rest", "grpc"] = "rest"
    """What the users speak; the model's metadata is always read from the REST port."""
    url: Annotated[str, Field(pattern=r"^https?://[^/?#]+(/[^?#]*)?$")] = "http://127.0.0.1:8501"
    """Base URL of the REST port, without /v1."""
    grpc_target: Annotated[str, Field(pattern=r"^[^/]+:\d+$")] = "127.0.0.1:8500"
    """HOST:PORT of the gRPC port; for protocol `grpc`."""
    grpc_tls: bool = False
    """Whether the gRPC port speaks TLS, checked with the system's certificates."""
    model: str = ""
    """Name of the model; empty takes the only one that the service has."""
    version: Annotated[int, Field(ge=0)] | None = None
    """Version to ask for; none asks for the newest, so that a new version is followed."""
    label: str = ""
    """Version label to ask for, `stable` for one; excludes `version`."""
    signature: str = ""
    """Signature to ask for; empty asks for the model's default."""
    headers: Headers = Field(default_factory=dict)
    """Request headers (gRPC: metadata) beside our own; they are kept in the report."""
    token_env: str = ""
    """Environment variable that holds a bearer token for the service; not kept in the report."""
    verify_tls: bool = True
    """Whether an https URL must have a certificate that the system trusts."""
    timeout_s: PositiveSeconds = 30.0
    """Seconds after which a request without an answer has failed."""
    replica_header: str = "X-Replica"
    """Response header (gRPC: trailing metadata) that names the replica; empty reads none."""

    @model_validator(mode="after")
    def _one_version(self) -> Self:
        if self.version is not None and self.label:
            raise ValueError("version and label exclude each other: each names the version to ask")
        return self
