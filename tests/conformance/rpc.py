"""Calls gRPC cases with the messages of the stock `tensorflow-serving-api`, or with ours.

Both have the same wire format; the stock ones, where installed, prove it.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict

from tests.conformance.case import GrpcCase, Result

_TIMEOUT_S = 30
_PREDICTION = "tensorflow.serving.PredictionService"
_MODEL = "tensorflow.serving.ModelService"
_METHODS = {
    "Predict": (_PREDICTION, "predict", "Predict"),
    "Classify": (_PREDICTION, "classification", "Classification"),
    "Regress": (_PREDICTION, "regression", "Regression"),
    "MultiInference": (_PREDICTION, "multi_inference", "MultiInference"),
    "GetModelMetadata": (_PREDICTION, "model_metadata", "GetModelMetadata"),
    "GetModelStatus": (_MODEL, "model_status", "GetModelStatus"),
}
"""Method -> its service, the file and the stem of its messages."""
_STOCK_NAMES = {
    "model_metadata": "get_model_metadata",
    "model_status": "get_model_status",
    "multi_inference": "inference",
}


def run_grpc(case: GrpcCase, channel: grpc.Channel) -> Result:
    """Returns how the server behind `channel` answered."""
    service, file, stem = _METHODS[case.rpc]
    messages = _messages(file)
    response_class = getattr(messages, f"{stem}Response")
    call = channel.unary_unary(f"/{service}/{case.rpc}", None, response_class.FromString)
    request = ParseDict(case.request, getattr(messages, f"{stem}Request")())
    try:
        response = call(request.SerializeToString(), timeout=_TIMEOUT_S)
    except grpc.RpcError as exc:
        return Result(case.group, case.name, _failure(case, exc))
    if case.code != "OK":
        return Result(case.group, case.name, f"answered, expected {case.code}")
    return Result(case.group, case.name, case.check(response))


def _failure(case: GrpcCase, error: Any) -> str:
    code, details = error.code().name, error.details() or ""
    if code != case.code:
        return f"code {code}, expected {case.code}: {details[:200]}"
    missing = [word for word in case.details if word not in details]
    return f"{missing[0]!r} is not in {details[:300]!r}" if missing else ""


def _messages(file: str) -> Any:
    # Never both: they declare the same names.
    if importlib.util.find_spec("tensorflow_serving"):
        return importlib.import_module(
            f"tensorflow_serving.apis.{_STOCK_NAMES.get(file, file)}_pb2"
        )
    return importlib.import_module(f"foundation.protos.{file}_pb2")
