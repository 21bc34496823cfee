"""The settings of the service: frozen, typed, validated once, unknown keys refused.

Every field's docstring is its help text; `bqml-serve config show` prints them all with the value
in force and where it came from.
"""

from serve_app.settings._ports import (
    DashboardSettings,
    GrpcSettings,
    HttpSettings,
    MetricsSettings,
)
from serve_app.settings._replicas import AutoscalingSettings, ReplicaSettings
from serve_app.settings._repository import ModelEntry, RepositorySettings, VersionPolicy
from serve_app.settings._serve import ServeSettings
from serve_app.settings._tensorflow import TensorFlowSettings

__all__ = [
    "AutoscalingSettings",
    "DashboardSettings",
    "GrpcSettings",
    "HttpSettings",
    "MetricsSettings",
    "ModelEntry",
    "ReplicaSettings",
    "RepositorySettings",
    "ServeSettings",
    "TensorFlowSettings",
    "VersionPolicy",
]
