"""PredictionService.Predict."""

from __future__ import annotations

from foundation.protos.predict_pb2 import PredictRequest, PredictResponse
from serve_app.predictor import Query
from serve_app.protocols.tfs.grpc.adapter import PredictAdapter
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.protocols.tfs.grpc.spec import required_spec


async def predict(
    servicing: Servicing, request: PredictRequest, deadline_s: float | None
) -> PredictResponse:
    """Returns the outputs asked for.

    Raises:
        ServeAppError: In TensorFlow Serving's order: the model, the signature, the inputs, the
            output filter, the model's own failure.
    """
    spec = required_spec(request)
    query = Query(spec, request.model_spec.signature_name, tuple(request.output_filter))
    adapter = PredictAdapter(servicing.max_message_bytes)
    return await servicing.predictor.predict(query, adapter, request, deadline_s=deadline_s)
