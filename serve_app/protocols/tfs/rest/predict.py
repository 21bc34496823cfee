"""POST ...:predict."""

from __future__ import annotations

from serve_app.predictor import ModelSpec, Predictor, Query
from serve_app.protocols.http import Answer, Question
from serve_app.protocols.tfs.rest.adapters import DOCUMENTS, PLAIN
from serve_app.protocols.tfs.rest.answers import error_answer
from serve_app.protocols.tfs.rest.plain_rows import read_plain_rows
from serve_app.protocols.tfs.rest.predict_request import read_predict_body


async def predict(predictor: Predictor, spec: ModelSpec, body: bytes) -> Answer:
    """Answers with the predictions for the rows or columns in `body`.

    Raises:
        ServeAppError: In TensorFlow Serving's order: the body as JSON, the model, the signature,
            the tensors, the model's own failure.
    """
    plain = read_plain_rows(body)
    if plain is not None:
        query = Query(spec, plain.signature_name)
        return Answer(200, await predictor.predict(query, PLAIN, plain, rows=len(plain.rows)))
    request = read_predict_body(body)
    query = Query(spec, request.signature_name)
    return Answer(200, await predictor.predict(query, DOCUMENTS, request))


class PredictFastPath:
    """The way of plain predict requests for one model."""

    api = "predict"

    def __init__(self, spec: ModelSpec) -> None:
        self.model = spec.name
        self._spec = spec
        self._default = Query(spec)

    def read(self, body: bytes) -> Question | None:
        plain = read_plain_rows(body)
        if plain is None:
            return None
        name = plain.signature_name
        query = Query(self._spec, name) if name else self._default
        return Question(query, PLAIN, plain, len(plain.rows))

    def error(self, error: Exception) -> Answer:
        return error_answer(error)
