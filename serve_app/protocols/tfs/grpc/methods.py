"""TensorFlow Serving's gRPC methods: serialized message in, serialized message out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeAlias

from google.protobuf.message import DecodeError, Message
from grpc_health.v1.health_pb2 import HealthCheckRequest

from foundation.protos import (  # loaded for reflection, which describes what is loaded
    model_service_pb2,  # noqa: F401
    prediction_service_pb2,  # noqa: F401
)
from foundation.protos.classification_pb2 import ClassificationRequest
from foundation.protos.model_management_pb2 import ReloadConfigRequest
from foundation.protos.model_metadata_pb2 import GetModelMetadataRequest
from foundation.protos.model_status_pb2 import GetModelStatusRequest
from foundation.protos.multi_inference_pb2 import MultiInferenceRequest
from foundation.protos.predict_pb2 import PredictRequest
from foundation.protos.regression_pb2 import RegressionRequest
from serve_app.errors import (
    InternalError,
    InvalidArgumentError,
    ResourceExhaustedError,
    ServeAppError,
)
from serve_app.predictor import Admission
from serve_app.protocols.rpc import RpcReply, RpcRequest, error_reply
from serve_app.protocols.tfs.grpc.examples import classify, multi_inference, regress
from serve_app.protocols.tfs.grpc.health import check
from serve_app.protocols.tfs.grpc.metadata import get_model_metadata
from serve_app.protocols.tfs.grpc.predict import predict
from serve_app.protocols.tfs.grpc.reload import handle_reload_config_request
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.protocols.tfs.grpc.status import get_model_status

_log = logging.getLogger(__name__)

Run: TypeAlias = Callable[[Servicing, Any, float | None], Awaitable[Message]]


@dataclass(frozen=True, slots=True)
class _Method:
    """How one method is answered.

    Attributes:
        calls_model: Whether it runs a model: then the admission counts it.
        is_counted: Whether TensorFlow Serving's request_count counts it.
    """

    request: type[Message]
    run: Run
    calls_model: bool = False
    is_counted: bool = False


_METHODS: dict[str, _Method] = {
    "Predict": _Method(PredictRequest, predict, calls_model=True, is_counted=True),
    "Classify": _Method(ClassificationRequest, classify, calls_model=True, is_counted=True),
    "Regress": _Method(RegressionRequest, regress, calls_model=True, is_counted=True),
    "MultiInference": _Method(MultiInferenceRequest, multi_inference, calls_model=True),
    "GetModelMetadata": _Method(GetModelMetadataRequest, get_model_metadata),
    "GetModelStatus": _Method(GetModelStatusRequest, get_model_status),
    "HandleReloadConfigRequest": _Method(ReloadConfigRequest, handle_reload_config_request),
    "Check": _Method(HealthCheckRequest, check),
}


class TfsGrpc:
    """TensorFlow Serving's gRPC API, and the health check.

    Args:
        admission: Bounds the ongoing requests, REST's and these together.
        timeout_s: Seconds for a model call whose client has no deadline.
    """

    def __init__(
        self,
        servicing: Servicing,
        admission: Admission,
        timeout_s: float,
    ) -> None:
        self._servicing = servicing
        self._admission = admission
        self._timeout_s = timeout_s

    async def answer(self, method: str, request: RpcRequest) -> RpcReply:
        try:
            response = await self._answer(method, request)
        except ServeAppError as error:
            return error_reply(error)
        except Exception:  # noqa: BLE001 - see below
            # The last line of defence: a client gets our words, the log gets the trace.
            _log.exception("%s failed", method)
            return error_reply(InternalError("Internal error, see the server's log"))
        return RpcReply(response.SerializeToString())

    async def _answer(self, name: str, request: RpcRequest) -> Message:
        method = _METHODS[name]
        deadline = self._deadline(method, request)
        if not method.is_counted:
            return await self._run(method, self._parse(method, request.body), deadline)
        with self._servicing.predictor.recorder.request("GRPC", name) as record:
            message = self._parse(method, request.body)
            record.model = message.model_spec.name
            return await self._run(method, message, deadline)

    def _deadline(self, method: _Method, request: RpcRequest) -> float | None:
        if request.timeout_s is not None:
            return monotonic() + request.timeout_s
        return monotonic() + self._timeout_s if method.calls_model else None

    async def _run(self, method: _Method, message: Any, deadline: float | None) -> Message:  # noqa: ANN401 - generated
        if not method.calls_model:
            return await method.run(self._servicing, message, deadline)
        with self._admission.request():
            return await method.run(self._servicing, message, deadline)

    def _parse(self, method: _Method, body: bytes) -> Any:  # noqa: ANN401 - a generated class
        limit_bytes = self._servicing.max_message_bytes
        if len(body) > limit_bytes:
            # gRPC's own code for it, where a server of its own checks the size.
            raise ResourceExhaustedError(
                f"Received message larger than max ({len(body)} vs. {limit_bytes}, "
                "grpc.max_message_bytes)"
            )
        try:
            return method.request.FromString(body)
        except DecodeError as exc:
            name = method.request.DESCRIPTOR.full_name
            raise InvalidArgumentError(f"The request is not a {name}: {exc}") from exc
