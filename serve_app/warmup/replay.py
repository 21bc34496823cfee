"""Sends recorded requests through a servable, as if clients had sent them; drops the answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from foundation.protos.classification_pb2 import ClassificationRequest
from foundation.protos.example_input_pb2 import Input
from foundation.protos.multi_inference_pb2 import MultiInferenceRequest
from foundation.protos.predict_pb2 import PredictRequest
from foundation.protos.prediction_log_pb2 import PredictionLog
from foundation.protos.regression_pb2 import RegressionRequest
from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.kinds.servable import Call, Servable, Tensors
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
from serve_app.warmup.records import read_records
from serve_app.warmup.version_warmup import run_both_ways

_LIMIT_BYTES = 2**31 - 1  # a protobuf message cannot be larger either
_MOST_ROWS = 32


class Replay:
    """Replays the warmup files of one version.

    Args:
        iterations: How often each record is replayed.

    Attributes:
        records: How many were replayed.
    """

    def __init__(self, servable: Servable, iterations: int = 1) -> None:
        self._servable = servable
        self._iterations = iterations
        self._sent: dict[str, list[Tensors]] = {}
        self.records = 0

    def file(self, path: Path) -> None:
        """Raises as `record`, or where the file is damaged."""
        for log in read_records(path):
            for _ in range(self._iterations):
                self.record(log)
            self.records += 1

    def rows(self) -> Mapping[str, Tensors]:
        """Signature -> the rows of its Predict requests, where they go together and are several."""
        joined = {name: _joined(parts) for name, parts in self._sent.items()}
        return {name: rows for name, rows in joined.items() if rows is not None}

    def record(self, log: PredictionLog) -> None:
        """Runs one request; a record without one is skipped.

        Name and version of the model in the request do not count, its signature does.

        Raises:
            UnimplementedError: The record is of a kind that TensorFlow Serving does not replay
                either.
            ServeAppError: The request is wrong for this model, or the model failed.
        """
        match log.WhichOneof("log_type"):
            case None:
                return
            case "predict_log":
                self._predict(log.predict_log.request)
            case "classify_log":
                self._single(CLASSIFY, log.classify_log.request)
            case "regress_log":
                self._single(REGRESS, log.regress_log.request)
            case "multi_inference_log":
                self._multi(log.multi_inference_log.request)
            case kind:
                raise UnimplementedError(f"Unsupported log_type for warmup: {kind}")

    def _predict(self, request: PredictRequest) -> None:
        signature = find_signature(self._servable.signatures, request.model_spec.signature_name)
        inputs = read_inputs(signature, request.inputs, _LIMIT_BYTES)
        outputs = tuple(output_aliases(signature, request.output_filter))
        run_both_ways(self._servable, Call(signature, outputs), inputs)
        self._sent.setdefault(signature.name, []).append(inputs)

    def _single(self, method: str, request: ClassificationRequest | RegressionRequest) -> None:
        name = request.model_spec.signature_name
        self._infer(single_plan(self._servable.signatures, method, name), request.input)

    def _multi(self, request: MultiInferenceRequest) -> None:
        tasks = [
            Task(task.model_spec.name, task.model_spec.signature_name, task.method_name)
            for task in request.tasks
        ]
        if not tasks:
            raise InvalidArgumentError("Inference request must have at least one task.")
        self._infer(multi_plan(self._servable.signatures, tasks), request.input)

    def _infer(self, plan: Plan, request: Input) -> None:
        batch = read_examples(request).batch()
        outputs = run_both_ways(self._servable, plan, plan.inputs(batch))
        plan.results(outputs, len(batch))


def _joined(parts: list[Tensors]) -> Tensors | None:
    if any(not array.ndim for rows in parts for array in rows.values()):
        return None
    try:
        rows = {alias: np.concatenate([each[alias] for each in parts])[:_MOST_ROWS]
                for alias in parts[0]}  # fmt: skip
    except ValueError:
        return None  # rows of several shapes
    return rows if any(len(array) > 1 for array in rows.values()) else None
