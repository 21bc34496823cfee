"""What every protocol calls: one queue of requests, model calls, and their bounds."""

from __future__ import annotations

from serve_app.predictor.admission import Admission
from serve_app.predictor.deadline import remaining_ms
from serve_app.predictor.executor import Executor
from serve_app.predictor.limits import CallLimits
from serve_app.predictor.model_spec import ModelSpec
from serve_app.predictor.predictor import ModelMetadata, Predictor
from serve_app.predictor.request import Adapter, Outcome, Query, Request
from serve_app.predictor.version_status import State, VersionStatus

__all__ = [
    "Adapter",
    "Admission",
    "CallLimits",
    "Executor",
    "ModelMetadata",
    "ModelSpec",
    "Outcome",
    "Predictor",
    "Query",
    "Request",
    "State",
    "VersionStatus",
    "remaining_ms",
]
