"""POST ...:predict."""

from __future__ import annotations

from serve_app.codec.predict_request import read_predict_body
from serve_app.codec.predict_response import write_predictions
from serve_app.core.model_spec import ModelSpec
from serve_app.core.predictor import Predictor
from serve_app.edges.rest.answer import Answer


async def predict(predictor: Predictor, spec: ModelSpec, body: bytes) -> Answer:
    """Returns the predictions for the rows or columns in `body`.

    Raises:
        ServeAppError: In TensorFlow Serving's order: the body as JSON, the model, the signature,
            the tensors, the model's own failure.
    """
    request = read_predict_body(body)
    with predictor.call(spec, request.signature_name) as call:
        layout, inputs = request.tensors(call.signature.inputs)
        outputs = await call.run(inputs)
        specs = call.signature.outputs
    return Answer(200, write_predictions(layout, outputs, specs))
