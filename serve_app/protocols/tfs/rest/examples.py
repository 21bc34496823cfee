"""POST ...:classify and POST ...:regress."""

from __future__ import annotations

from serve_app.predictor.model_spec import ModelSpec
from serve_app.predictor.predictor import Predictor
from serve_app.protocols.tfs.examples.inference import infer
from serve_app.protocols.tfs.examples.plan import CLASSIFY, REGRESS, single_plan
from serve_app.protocols.tfs.rest.examples_request import read_examples_body
from serve_app.protocols.tfs.rest.examples_response import write_results
from serve_app.protocols.tfs.rest.target import Verb
from serve_app.transports.http.answer import Answer

_METHODS: dict[Verb, str] = {"classify": CLASSIFY, "regress": REGRESS}


async def examples(predictor: Predictor, verb: Verb, spec: ModelSpec, body: bytes) -> Answer:
    """Returns the classes or the value of each example in `body`.

    Raises:
        ServeAppError: In TensorFlow Serving's order: the whole body, the model, the signature and
            its form, the model's own failure, the form of its outputs.
    """
    request = read_examples_body(body)
    with predictor.model(spec, verb.capitalize()) as model:
        plan = single_plan(model.signatures, _METHODS[verb], request.signature_name)
        (result,) = await infer(model, plan, request.input)
    return Answer(200, write_results(result))
