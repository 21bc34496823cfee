"""PredictionService.Predict."""

from __future__ import annotations

from foundation.protos.predict_pb2 import PredictRequest, PredictResponse
from serve_app.errors import ServeAppError
from serve_app.predictor.awaited import Awaited
from serve_app.predictor.deadline import Deadline
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.protocols.tfs.grpc.spec import core_spec, fill_spec, required_spec
from serve_app.protocols.tfs.messages.predict_message import (
    find_signature,
    output_aliases,
    read_inputs,
)
from serve_app.protocols.tfs.messages.tensor_proto import read_tensor, write_tensor
from serve_app.protocols.tfs.messages.tensors_form import Outputs, Tensors, row_count


async def predict(
    servicing: Servicing, request: PredictRequest, deadline: Deadline | None
) -> PredictResponse:
    """Returns the outputs asked for.

    Raises:
        ServeAppError: In TensorFlow Serving's order: the model, the signature, the inputs, the
            output filter, the model's own failure.
    """
    shared = await _shared(servicing, request)
    return shared if shared is not None else await _exact(servicing, request, deadline)


async def _shared(servicing: Servicing, request: PredictRequest) -> PredictResponse | None:
    """Returns the answer of the way that is quick, and knows no errors."""
    spec = request.model_spec
    if not spec.name or request.output_filter:
        return None
    try:
        tensors = {
            alias: read_tensor(alias, proto, servicing.max_message_bytes)
            for alias, proto in request.inputs.items()
        }
    except ServeAppError:
        return None
    rows = row_count(tensors)
    lane = servicing.lane(core_spec(spec), spec.signature_name) if rows else None
    if rows is None or lane is None:
        return None
    waiting: Awaited[Tensors, Outputs] = Awaited(tensors, rows)
    outputs = await waiting.ask(lane)
    if outputs is None:
        return None
    response = PredictResponse()
    fill_spec(response.model_spec, spec, outputs.version)
    for alias, array in outputs.tensors.items():
        write_tensor(array, response.outputs[alias], outputs.signature.outputs[alias].dtype)
    return response


async def _exact(
    servicing: Servicing, request: PredictRequest, deadline: Deadline | None
) -> PredictResponse:
    spec = required_spec(request)
    response = PredictResponse()
    with servicing.predictor.model(spec, "Predict", deadline) as model:
        signature = find_signature(model.signatures, request.model_spec.signature_name)
        inputs = read_inputs(signature, request.inputs, servicing.max_message_bytes)
        aliases = output_aliases(signature, request.output_filter)
        feeds = {spec.tensor_name: inputs[alias] for alias, spec in signature.inputs.items()}
        fetches = {alias: signature.outputs[alias].tensor_name for alias in aliases}
        # Two aliases may stand for one tensor, which is fetched once.
        tensors = await model.run_tensors(feeds, list(dict.fromkeys(fetches.values())))
        fill_spec(response.model_spec, request.model_spec, model.version)
    for alias, name in fetches.items():
        write_tensor(tensors[name], response.outputs[alias], signature.outputs[alias].dtype)
    return response
