"""PredictionService.GetModelMetadata."""

from __future__ import annotations

from typing import cast

from google.protobuf.json_format import ParseDict
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

from foundation.json_types import Json
from foundation.protos.model_metadata_pb2 import (
    GetModelMetadataRequest,
    GetModelMetadataResponse,
    SignatureDefMap,
)
from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.protocols.tfs.grpc.spec import named_spec, require_spec

_FIELD = "signature_def"


async def get_model_metadata(
    servicing: Servicing, request: GetModelMetadataRequest, _deadline_s: float | None
) -> GetModelMetadataResponse:
    """Returns all signatures of the version asked for.

    Raises:
        InvalidArgumentError: The request names no model, no field or an unknown field.
        NotFoundError: The model or version is not available.
    """
    require_spec(request)
    if not request.metadata_field:
        raise InvalidArgumentError(
            "GetModelMetadataRequest must specify at least one metadata_field"
        )
    for field in request.metadata_field:
        if field != _FIELD:
            raise InvalidArgumentError(f"Metadata field {field} is not supported")
    found = servicing.predictor.metadata(named_spec(request.model_spec))
    signatures = SignatureDefMap()
    for name, signature in found.signatures.items():
        message: SignatureDef = signatures.signature_def[name]
        ParseDict(cast(dict[str, Json], signature.definition), message)
    response = GetModelMetadataResponse()
    response.model_spec.name = found.name
    response.model_spec.version.value = found.version
    response.metadata[_FIELD].Pack(signatures)
    return response
