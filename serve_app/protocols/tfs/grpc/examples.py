"""PredictionService.Classify, Regress and MultiInference: signatures that take tf.Examples."""

from __future__ import annotations

from foundation.protos.classification_pb2 import ClassificationRequest, ClassificationResponse
from foundation.protos.model_spec_pb2 import ModelSpec
from foundation.protos.multi_inference_pb2 import MultiInferenceRequest, MultiInferenceResponse
from foundation.protos.regression_pb2 import RegressionRequest, RegressionResponse
from serve_app.predictor import Query
from serve_app.protocols.tfs.examples.adapter import ExamplesAdapter
from serve_app.protocols.tfs.examples.plan import CLASSIFY, REGRESS, Task
from serve_app.protocols.tfs.examples.result import Classifications, Regressions, Result
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.protocols.tfs.grpc.spec import fill_spec, named_spec, required_spec
from serve_app.protocols.tfs.messages.example_message import (
    read_examples,
    write_classifications,
    write_regressions,
)


async def classify(
    servicing: Servicing, request: ClassificationRequest, deadline_s: float | None
) -> ClassificationResponse:
    """Returns the classes of each example.

    Raises:
        ServeAppError: The model, the signature or the examples are wrong, or the model failed.
    """
    response = ClassificationResponse()
    result = await _single(servicing, CLASSIFY, request, response, deadline_s)
    assert isinstance(result, Classifications)
    response.result.SetInParent()
    write_classifications(result, response.result)
    return response


async def regress(
    servicing: Servicing, request: RegressionRequest, deadline_s: float | None
) -> RegressionResponse:
    response = RegressionResponse()
    result = await _single(servicing, REGRESS, request, response, deadline_s)
    assert isinstance(result, Regressions)
    response.result.SetInParent()
    write_regressions(result, response.result)
    return response


async def _single(
    servicing: Servicing,
    method: str,
    request: ClassificationRequest | RegressionRequest,
    response: ClassificationResponse | RegressionResponse,
    deadline_s: float | None,
) -> Result:
    """Returns the result of one task, and names in `response` the model that gave it."""
    spec = required_spec(request)
    api = "Classify" if method == CLASSIFY else "Regress"
    query = Query(spec, request.model_spec.signature_name, api=api)
    examples = read_examples(request.input)
    inferred = await servicing.predictor.predict(
        query, ExamplesAdapter(method), examples, deadline_s=deadline_s
    )
    fill_spec(response.model_spec, request.model_spec, inferred.version)
    return inferred.results[0]


async def multi_inference(
    servicing: Servicing, request: MultiInferenceRequest, deadline_s: float | None
) -> MultiInferenceResponse:
    """Returns one result per task, from one call of the model; the first task picks the version.

    Raises:
        ServeAppError: As `classify`, or the tasks do not go together.
    """
    spec = named_spec(request.tasks[0].model_spec if request.tasks else ModelSpec())
    tasks = [
        Task(task.model_spec.name, task.model_spec.signature_name, task.method_name)
        for task in request.tasks
    ]
    name = "\0".join(f"{task.signature_name}\0{task.method_name}" for task in tasks)
    examples = read_examples(request.input)
    inferred = await servicing.predictor.predict(
        Query(spec, name, api="MultiInference"),
        ExamplesAdapter("", tuple(tasks)),
        examples,
        deadline_s=deadline_s,
    )
    servicing.predictor.recorder.examples(spec.name, len(examples.examples))
    response = MultiInferenceResponse()
    for task, result in zip(request.tasks, inferred.results, strict=True):
        answer = response.results.add()
        fill_spec(answer.model_spec, task.model_spec, inferred.version)
        if isinstance(result, Classifications):
            answer.classification_result.SetInParent()
            write_classifications(result, answer.classification_result)
        else:
            answer.regression_result.SetInParent()
            write_regressions(result, answer.regression_result)
    return response
