"""Sends one recorded request through a SavedModel, as if a client had sent it; drops the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foundation.protos.classification_pb2 import ClassificationRequest
from foundation.protos.example_input_pb2 import Input
from foundation.protos.multi_inference_pb2 import MultiInferenceRequest
from foundation.protos.predict_pb2 import PredictRequest
from foundation.protos.prediction_log_pb2 import PredictionLog
from foundation.protos.regression_pb2 import RegressionRequest
from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.protocols.tfs.examples.batch import example_batch
from serve_app.protocols.tfs.examples.plan import (
    CLASSIFY,
    REGRESS,
    Plan,
    Task,
    multi_plan,
    single_plan,
)
from serve_app.protocols.tfs.messages.example_message import read_examples
from serve_app.protocols.tfs.messages.predict_message import (
    find_signature,
    output_aliases,
    read_inputs,
)
from serve_app.warmup.both_paths import run_both_paths

if TYPE_CHECKING:
    from serve_app.kinds.tensorflow.saved_model import SavedModel

_LIMIT_BYTES = 2**31 - 1  # a protobuf message cannot be larger either


def replay(servable: SavedModel, log: PredictionLog) -> None:
    """Runs the request in `log`; a record without one is skipped.

    Name and version of the model in the request do not count, its signature does.

    Raises:
        UnimplementedError: The record is of a kind that TensorFlow Serving does not replay either.
        ServeAppError: The request is wrong for this model, or the model failed.
    """
    match log.WhichOneof("log_type"):
        case None:
            return
        case "predict_log":
            _predict(servable, log.predict_log.request)
        case "classify_log":
            _single(servable, CLASSIFY, log.classify_log.request)
        case "regress_log":
            _single(servable, REGRESS, log.regress_log.request)
        case "multi_inference_log":
            _multi(servable, log.multi_inference_log.request)
        case kind:
            raise UnimplementedError(f"Unsupported log_type for warmup: {kind}")


def _single(
    servable: SavedModel, method: str, request: ClassificationRequest | RegressionRequest
) -> None:
    plan = single_plan(servable.signatures, method, request.model_spec.signature_name)
    _infer(servable, plan, request.input)


def _predict(servable: SavedModel, request: PredictRequest) -> None:
    signature = find_signature(servable.signatures, request.model_spec.signature_name)
    inputs = read_inputs(signature, request.inputs, _LIMIT_BYTES)
    aliases = output_aliases(signature, request.output_filter)
    feeds = {spec.tensor_name: inputs[alias] for alias, spec in signature.inputs.items()}
    # Two aliases may stand for one tensor, which is fetched once.
    fetches = dict.fromkeys(signature.outputs[alias].tensor_name for alias in aliases)
    run_both_paths(servable, feeds, list(fetches))


def _multi(servable: SavedModel, request: MultiInferenceRequest) -> None:
    tasks = [
        Task(task.model_spec.name, task.model_spec.signature_name, task.method_name)
        for task in request.tasks
    ]
    if not tasks:
        raise InvalidArgumentError("Inference request must have at least one task.")
    _infer(servable, multi_plan(servable.signatures, tasks), request.input)


def _infer(servable: SavedModel, plan: Plan, request: Input) -> None:
    sent = read_examples(request)
    batch = example_batch(sent.examples, sent.context)
    tensors = run_both_paths(servable, plan.feeds(batch), plan.fetches)
    plan.results(dict(zip(plan.fetches, tensors, strict=True)), len(batch))
