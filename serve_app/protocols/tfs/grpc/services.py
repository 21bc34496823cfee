"""The names of TensorFlow Serving's services; loads neither messages nor TensorFlow."""

from __future__ import annotations

from serve_app.protocols.rpc import Services

HEALTH_SERVICE = "grpc.health.v1.Health"
TFS_SERVICES: Services = {
    "tensorflow.serving.PredictionService": (
        "Classify",
        "Regress",
        "Predict",
        "MultiInference",
        "GetModelMetadata",
    ),
    "tensorflow.serving.ModelService": ("GetModelStatus", "HandleReloadConfigRequest"),
    HEALTH_SERVICE: ("Check",),
}
TFS_DIRECT = ("Predict",)
"""What clients ask for again and again."""
