"""grpc.health.v1.Health, as probes use it."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub


@pytest.mark.parametrize(
    "service",
    [
        "", "PredictionService", "ModelService", "tensorflow.serving.PredictionService",
        "tensorflow.serving.ModelService",
    ],
)  # fmt: skip
def test_a_ready_server_is_serving(stub: Any, service: str) -> None:
    """For the server as a whole and for each of its services."""
    answer = HealthStub(stub.channel).Check(HealthCheckRequest(service=service))
    assert answer.status == HealthCheckResponse.SERVING


def test_an_unknown_service_is_not_found(stub: Any) -> None:
    """As the protocol demands."""
    with pytest.raises(grpc.RpcError) as caught:
        HealthStub(stub.channel).Check(HealthCheckRequest(service="nope"))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_watch_is_refused_by_name(stub: Any) -> None:
    """With the code after which clients go on without it."""
    with pytest.raises(grpc.RpcError) as caught:
        list(HealthStub(stub.channel).Watch(HealthCheckRequest()))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "poll Check" in caught.value.details()
