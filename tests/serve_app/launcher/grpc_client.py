"""A gRPC client in a process of its own: the stock stubs where there are some, else ours.

`TF_SERVING_API_DIR=DIR python grpc_client.py HOST:PORT` makes one call of each kind and prints what
came as one JSON document. DIR holds the unpacked package tensorflow-serving-api.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from grpc_health.v1.health_pb2 import HealthCheckRequest
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

STOCK = os.environ.get("TF_SERVING_API_DIR")
if STOCK:
    sys.path.insert(0, STOCK)
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
IRIS = ("petal_length", "petal_width", "sepal_length", "sepal_width")


def message(stock: str, ours: str, name: str) -> Any:
    """Returns a message class from the stock module, or from ours."""
    module = f"tensorflow_serving.apis.{stock}" if STOCK else f"foundation.protos.{ours}"
    return getattr(import_module(module), name)


PredictRequest = message("predict_pb2", "predict_pb2", "PredictRequest")
PredictResponse = message("predict_pb2", "predict_pb2", "PredictResponse")
MetadataRequest = message("get_model_metadata_pb2", "model_metadata_pb2", "GetModelMetadataRequest")
MetadataResponse = message(
    "get_model_metadata_pb2", "model_metadata_pb2", "GetModelMetadataResponse"
)
StatusRequest = message("get_model_status_pb2", "model_status_pb2", "GetModelStatusRequest")
StatusResponse = message("get_model_status_pb2", "model_status_pb2", "GetModelStatusResponse")


class OwnStub:
    """What a generated stub is, for a process without one."""

    def __init__(self, channel: grpc.Channel) -> None:
        for service, method, response in (
            ("PredictionService", "Predict", PredictResponse),
            ("PredictionService", "GetModelMetadata", MetadataResponse),
            ("ModelService", "GetModelStatus", StatusResponse),
        ):
            path = f"/tensorflow.serving.{service}/{method}"
            serialize: Callable[[Any], bytes] = lambda request: request.SerializeToString()  # noqa: E731
            setattr(self, method, channel.unary_unary(path, serialize, response.FromString))


def stubs(channel: grpc.Channel) -> tuple[Any, Any]:
    """Returns the stubs of PredictionService and ModelService."""
    if not STOCK:
        return OwnStub(channel), OwnStub(channel)
    from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
    from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

    return PredictionServiceStub(channel), ModelServiceStub(channel)


def iris(rows: int, **spec: Any) -> Any:
    """Returns a request for `rows` predictions."""
    inputs = {name: tf.make_tensor_proto(np.full(rows, 2.0)) for name in IRIS}
    return PredictRequest(model_spec={"name": "iris", **spec}, inputs=inputs)


def outcome(call: Callable[[], Any]) -> str:
    """Returns `OK`, or the code and text with which a call fails."""
    try:
        call()
    except grpc.RpcError as error:
        return f"{error.code().name}: {error.details()}"
    return "OK"


def described(channel: grpc.Channel) -> str:
    """Returns `OK` if reflection describes the messages, else why not."""
    database = ProtoReflectionDescriptorDatabase(channel)
    try:
        database.FindFileContainingSymbol("tensorflow.serving.PredictionService")
    except KeyError as error:
        return str(error)
    return "OK"


def answers(target: str) -> dict[str, Any]:
    """Returns what came of one call of each kind."""
    with grpc.insecure_channel(target, UNLIMITED) as channel:
        prediction, model = stubs(channel)
        one = prediction.Predict(iris(1), timeout=60)
        big = prediction.Predict(iris(300_000), timeout=120)
        endless = PredictRequest(
            model_spec={"name": "endless"},
            inputs={"x": tf.make_tensor_proto(np.ones(1, np.float32))},
        )
        metadata = MetadataRequest(model_spec={"name": "iris"}, metadata_field=["signature_def"])
        status = model.GetModelStatus(StatusRequest(model_spec={"name": "iris"}), timeout=60)
        with ThreadPoolExecutor(8) as pool:
            rows = range(1, 31)
            parallel = list(pool.map(lambda n: prediction.Predict(iris(n), timeout=60), rows))
        return {
            "stubs": type(prediction).__name__,
            "label": one.outputs["predicted_species"].string_val[0].decode(),
            "probabilities": len(one.outputs["species_probs"].double_val),
            "version": one.model_spec.version.value,
            "signature": one.model_spec.signature_name,
            "big_bytes": big.ByteSize(),
            "big_rows": len(big.outputs["predicted_species"].string_val),
            "parallel": [len(p.outputs["predicted_species"].string_val) for p in parallel],
            "metadata": list(prediction.GetModelMetadata(metadata, timeout=60).metadata),
            "status": [(s.version, s.state) for s in status.model_version_status],
            "health": HealthStub(channel).Check(HealthCheckRequest(), timeout=60).status,
            "services": list(ProtoReflectionDescriptorDatabase(channel).get_services()),
            "described": described(channel),
            "unknown_model": outcome(lambda: prediction.Predict(PredictRequest(
                model_spec={"name": "nope"}), timeout=60)),
            "bad_filter": outcome(lambda: prediction.Predict(PredictRequest(
                model_spec={"name": "iris"}, inputs=iris(1).inputs, output_filter=["nope"]),
                timeout=60)),
            "deadlines": [outcome(lambda: prediction.Predict(endless, timeout=1))
                          for _ in range(3)],
            "after": outcome(lambda: prediction.Predict(iris(1), timeout=60)),
        }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answers(sys.argv[1])))
