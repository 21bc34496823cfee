"""All settings, and what must hold between their groups."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from foundation.settings.group import Group
from serve_app.settings._ports import (
    DashboardSettings,
    GrpcSettings,
    HttpSettings,
    MetricsSettings,
)
from serve_app.settings._replicas import AutoscalingSettings, ReplicaSettings
from serve_app.settings._repository import RepositorySettings
from serve_app.settings._tensorflow import TensorFlowSettings


class ServeSettings(Group):
    """All settings of the service."""

    repository: RepositorySettings = RepositorySettings()
    """The model repository."""
    tensorflow: TensorFlowSettings = TensorFlowSettings()
    """The model's execution."""
    replica: ReplicaSettings = ReplicaSettings()
    """One replica."""
    autoscaling: AutoscalingSettings = AutoscalingSettings()
    """The number of replicas."""
    http: HttpSettings = HttpSettings()
    """The public port."""
    grpc: GrpcSettings = GrpcSettings()
    """The public gRPC port."""
    metrics: MetricsSettings = MetricsSettings()
    """The page for Prometheus."""
    dashboard: DashboardSettings = DashboardSettings()
    """Ray's dashboard."""

    @model_validator(mode="after")
    def _a_port_each(self) -> Self:
        taken = {self.http.port: "http.port"}
        for name in ("grpc", "dashboard"):
            group = getattr(self, name)
            if group.enabled and group.port in taken:
                raise ValueError(
                    f"{name}.port and {taken[group.port]} are both {group.port}: give one another"
                )
            if group.enabled:
                taken[group.port] = f"{name}.port"
        return self

    @model_validator(mode="after")
    def _overload_is_seen_before_requests_are_refused(self) -> Self:
        limit, target = self.replica.max_ongoing_requests, self.autoscaling.target_ongoing_requests
        if limit < 1.5 * target:
            raise ValueError(
                f"replica.max_ongoing_requests ({limit}) must be at least 1.5 times "
                f"autoscaling.target_ongoing_requests ({target:g}): requests would be refused "
                "before the autoscaler sees an overload"
            )
        return self
