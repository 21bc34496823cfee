"""Questions to a predictor, by each protocol, and what was computed for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from serve_app.kinds.servable import Call
from serve_app.lifecycle.manager import ServableManager
from serve_app.metrics.family import BATCH_ROWS
from serve_app.predictor import ModelSpec, Predictor, Query
from serve_app.protocols.tfs.grpc.adapter import PredictAdapter
from serve_app.protocols.tfs.rest.adapters import DOCUMENTS, PLAIN
from serve_app.protocols.tfs.rest.plain_rows import Row, read_plain_rows
from serve_app.protocols.tfs.rest.predict_request import read_predict_body
from serve_app.protocols.tfs.rest.predict_response import write_predictions

Manage = Callable[..., ServableManager]
Publish = Callable[..., Path]
MESSAGES = PredictAdapter(10_000_000)
LIMIT_S = 2.0


def iris_rows(count: int, seed: int = 0) -> list[Row]:
    """Random flowers."""
    random = np.random.default_rng(seed)
    names = ("petal_length", "petal_width", "sepal_length", "sepal_width")
    return [{name: float(random.random() * 8) for name in names} for _ in range(count)]


def alone(manager: ServableManager, rows: list[Row], model: str = "iris") -> bytes:
    """One call of the model as it is, and the exact reader and writer."""
    version, servable = manager.acquire(ModelSpec(model))
    try:
        signature = servable.signatures["serving_default"]
        body = read_predict_body(json.dumps({"instances": rows}).encode())
        call = Call(signature, tuple(signature.outputs))
        outputs = servable.run(call, body.tensors(signature.inputs))
        return write_predictions("rows", outputs, signature.outputs)
    finally:
        version.release()


async def ask(
    predictor: Predictor, rows: Sequence[Row], model: str = "iris", name: str = ""
) -> bytes:
    """The answer to plain rows."""
    plain = read_plain_rows(json.dumps({"instances": rows}).encode())
    assert plain is not None
    return await predictor.predict(Query(ModelSpec(model), name), PLAIN, plain, rows=len(rows))


async def ask_columns(predictor: Predictor, columns: object, model: str, name: str = "") -> bytes:
    """The answer to columns."""
    body = read_predict_body(json.dumps({"inputs": columns}).encode())
    return await predictor.predict(Query(ModelSpec(model), name), DOCUMENTS, body)


async def ask_message(
    predictor: Predictor, model: str, deadline_s: float | None = None, **inputs: Any
) -> Any:
    """The answer to a PredictRequest."""
    import tensorflow as tf

    from foundation.protos.predict_pb2 import PredictRequest

    request = PredictRequest(model_spec={"name": model})
    for alias, value in inputs.items():
        request.inputs[alias].CopyFrom(tf.make_tensor_proto(value))
    query = Query(ModelSpec(model))
    return await predictor.predict(query, MESSAGES, request, deadline_s=deadline_s)


def run(
    predictor: Predictor, requests: Sequence[Sequence[Row]], model: str = "iris", name: str = ""
) -> list[Any]:
    """The answers, or errors, of requests that arrive in one turn of the loop."""

    async def scenario() -> list[Any]:
        asked = [ask(predictor, rows, model, name) for rows in requests]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    return asyncio.run(scenario())


def calls(predictor: Predictor) -> int:
    """How many model calls there were."""
    points = predictor.recorder.snapshot()[BATCH_ROWS.name]
    return int(sum(sum(numbers[:-1]) for numbers in points.values()))


async def runs(predictor: Predictor) -> int:
    """How often the model has run, this time included."""
    (count,) = json.loads(await ask(predictor, [{"x": 1}], "counting"))["predictions"]
    return int(count)
