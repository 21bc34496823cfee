"""POST ...:predict."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from serve_app.predictor.awaited import Awaited
from serve_app.predictor.lanes import Lanes
from serve_app.predictor.model_spec import ModelSpec
from serve_app.predictor.predictor import Predictor
from serve_app.protocols.tfs.rest.plain_rows import Row, read_plain_rows
from serve_app.protocols.tfs.rest.predict_request import read_predict_body
from serve_app.protocols.tfs.rest.predict_response import write_predictions
from serve_app.protocols.tfs.rest.rows_form import RowsForm
from serve_app.transports.http.answer import Answer


class Predict:
    """Answers predict requests: plain ones in company, all others one by one.

    Args:
        predictor: The models.
    """

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._lanes: Lanes[Sequence[Row], bytes] | None = None

    async def answer(self, spec: ModelSpec, body: bytes) -> Answer:
        """Returns the predictions for the rows or columns in `body`.

        Raises:
            ServeAppError: In TensorFlow Serving's order: the body as JSON, the model, the
                signature, the tensors, the model's own failure.
        """
        shared = await self._shared(spec, body)
        return Answer(200, shared) if shared is not None else await self._exact(spec, body)

    async def _shared(self, spec: ModelSpec, body: bytes) -> bytes | None:
        """Returns the answer of the way that is quick, and knows no errors."""
        plain = read_plain_rows(body)
        if plain is None:
            return None
        if self._lanes is None:
            self._lanes = Lanes(self._predictor, RowsForm(), asyncio.get_running_loop())
        lane = self._lanes.lane(spec, plain.signature_name)
        if lane is None:
            return None
        waiting: Awaited[Sequence[Row], bytes] = Awaited(plain.rows, len(plain.rows))
        return await waiting.ask(lane)

    async def _exact(self, spec: ModelSpec, body: bytes) -> Answer:
        request = read_predict_body(body)
        with self._predictor.hold(spec, request.signature_name) as call:
            layout, inputs = request.tensors(call.signature.inputs)
            outputs = await call.run(inputs)
            specs = call.signature.outputs
        return Answer(200, write_predictions(layout, outputs, specs))
