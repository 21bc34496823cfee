"""POST ...:classify and POST ...:regress."""

from __future__ import annotations

from serve_app.predictor import Predictor, Query
from serve_app.protocols.http import Answer
from serve_app.protocols.tfs.examples.adapter import ExamplesAdapter
from serve_app.protocols.tfs.examples.plan import CLASSIFY, REGRESS
from serve_app.protocols.tfs.rest.examples_request import read_examples_body
from serve_app.protocols.tfs.rest.examples_response import write_results
from serve_app.protocols.tfs.rest.routes import Target

_METHODS = {"classify": CLASSIFY, "regress": REGRESS}


async def examples(predictor: Predictor, target: Target, body: bytes) -> Answer:
    """Answers with the classes or the value of each example in `body`.

    Raises:
        ServeAppError: In TensorFlow Serving's order: the whole body, the model, the signature and
            its form, the model's own failure, the form of its outputs.
    """
    request = read_examples_body(body)
    query = Query(target.spec, request.signature_name, api=target.verb.capitalize())
    adapter = ExamplesAdapter(_METHODS[target.verb])
    inferred = await predictor.predict(query, adapter, request.input)
    return Answer(200, write_results(inferred.results[0]))
