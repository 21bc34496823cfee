"""The one gRPC call of a load test, and the channel that it goes over."""

from __future__ import annotations

from typing import Any

import grpc

from loadtest.errors import TargetError
from loadtest.settings.target import TargetSettings
from loadtest.traffic.service_pages import bearer_token

PREDICT = "/tensorflow.serving.PredictionService/Predict"
_OPTIONS = (
    # A connection of its own for each channel: gRPC shares them otherwise.
    ("grpc.use_local_subchannel_pool", 1),
    # What is sent again is for us to decide, and to count.
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
)


def open_channel(target: TargetSettings) -> Any:  # noqa: ANN401 - untyped
    if target.grpc_tls:
        return grpc.secure_channel(target.grpc_target, grpc.ssl_channel_credentials(), _OPTIONS)
    return grpc.insecure_channel(target.grpc_target, _OPTIONS)


def request_metadata(target: TargetSettings) -> tuple[tuple[str, str], ...]:
    pairs = tuple((name.lower(), value) for name, value in target.headers.items())
    token = bearer_token(target)
    return (*pairs, ("authorization", f"Bearer {token}")) if token else pairs


def first_grpc_answer(target: TargetSettings, request: bytes) -> bytes:
    """Outside of any load; raises a TargetError."""
    channel = open_channel(target)
    try:
        answer: bytes = channel.unary_unary(PREDICT)(
            request, timeout=target.timeout_s, metadata=request_metadata(target)
        )
    except grpc.RpcError as error:
        status: Any = error
        details = " ".join(str(status.details()).split())
        raise TargetError(
            f"target.grpc_target: {target.grpc_target}: {status.code().name}: {details}"
        ) from error
    else:
        return answer
    finally:
        channel.close()
