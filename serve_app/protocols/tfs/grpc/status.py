"""ModelService.GetModelStatus."""

from __future__ import annotations

from tensorflow.core.protobuf.error_codes_pb2 import Code

from foundation.protos.model_status_pb2 import GetModelStatusRequest, GetModelStatusResponse
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.protocols.tfs.grpc.spec import core_spec, require_spec


async def get_model_status(
    servicing: Servicing, request: GetModelStatusRequest, _deadline_s: float | None
) -> GetModelStatusResponse:
    """Returns the state of the version asked for, or of all, newest first; labels are ignored.

    Raises:
        InvalidArgumentError: `Missing ModelSpec`.
        NotFoundError: The model or version was never wanted.
    """
    require_spec(request)
    response = GetModelStatusResponse()
    for status in servicing.predictor.statuses(core_spec(request.model_spec)):
        message = response.model_version_status.add(version=status.version, state=status.state.name)
        message.status.error_code = Code.Value(status.error_code)
        message.status.error_message = status.error_message
    return response
