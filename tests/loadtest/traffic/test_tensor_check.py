"""The same promises for gRPC answers, and that our tensors are TensorFlow's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from foundation.protos.client_predict_pb2 import PredictRequest, PredictResponse
from loadtest.errors import TargetError
from loadtest.settings.target import TargetSettings
from loadtest.traffic._signature import Signature, TensorSpec
from loadtest.traffic._tensor import predict_request, read_tensor
from loadtest.traffic._tensor_check import TensorCheck

OUTPUTS = {"y": TensorSpec("DT_DOUBLE", (2,)), "predicted_a": TensorSpec("DT_STRING", (1,))}
CHECK = TensorCheck(Signature("s", {}, OUTPUTS), {"predicted_a": frozenset({"x"})})
GOOD: dict[str, Any] = {"y": np.array([[1.0, 2.0]]), "predicted_a": np.array([["x"]])}
TYPES = ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
         "uint64", "bool"]  # fmt: skip


def answer(**outputs: Any) -> bytes:
    """Returns a PredictResponse with tensors as TensorFlow's own library writes them."""
    import tensorflow as tf

    response = PredictResponse()
    for name, value in outputs.items():
        response.outputs[name].ParseFromString(tf.make_tensor_proto(value).SerializeToString())
    return response.SerializeToString()


def test_a_right_answer_has_no_fault() -> None:
    """Of one row and of several."""
    assert CHECK.message(answer(**GOOD), 1) is None
    two = {name: np.concatenate([value, value]) for name, value in GOOD.items()}
    assert CHECK.message(answer(**two), 2) is None


@pytest.mark.parametrize(
    ("outputs", "fault"),
    [
        ({**GOOD, "predicted_a": np.array([["z"]])}, "predicted_a: 'z' is not among the classes"),
        ({**GOOD, "y": np.array([[1.0, np.nan]])}, "y: not a finite number"),
        ({**GOOD, "y": np.array([[1.0, np.inf]])}, "y: not a finite number"),
        ({**GOOD, "y": np.array([[1.0]])}, "y: shape [1], expected [2]"),
        ({**GOOD, "y": np.array([[1.0, 2.0]] * 2)}, "y: 2 rows in the answer to 1"),
        ({**GOOD, "y": np.float64(1)}, "y: no rows in the answer to 1"),
        ({**GOOD, "y": np.array([[1, 2]])}, "y: DT_INT64, expected DT_DOUBLE"),
        ({"y": GOOD["y"]}, "other outputs than the model"),
    ],
)
def test_a_wrong_answer_is_found(outputs: dict[str, Any], fault: str) -> None:
    """By its first fault, with the output's name."""
    assert fault in (CHECK.message(answer(**outputs), 1) or "")


def test_a_damaged_message_is_a_fault() -> None:
    """Not an exception that would stop the user."""
    assert CHECK.message(b"\xff\xff", 1) == "the answer is not a PredictResponse"


@pytest.mark.parametrize("dtype", TYPES)
def test_tensors_are_read_as_tensorflow_writes_them(dtype: str) -> None:
    """Every type, in both forms: one by one, and as one block of bytes."""
    values = np.array([[0, 1], [1, 0], [1, 1]], dtype)
    outputs = PredictResponse.FromString(answer(many=values, same=np.ones((2, 3), dtype))).outputs
    assert read_tensor(outputs["many"]).flat == values.ravel().tolist()
    assert read_tensor(outputs["same"]).flat == [1] * 6


@pytest.mark.parametrize("dtype", [*TYPES, "string"])
def test_tensorflow_reads_the_tensors_that_we_send(dtype: str) -> None:
    """With the same type, shape and values."""
    import tensorflow as tf
    from tensorflow.core.framework.tensor_pb2 import TensorProto

    names = {"float32": "FLOAT", "float64": "DOUBLE"}
    spec = TensorSpec(f"DT_{names.get(dtype, dtype.upper())}", ())
    rows = [{"x": "a"}, {"x": "b"}] if dtype == "string" else [{"x": 0}, {"x": 1}]
    sent = predict_request("m", Signature("s", {"x": spec}, {}), rows, TargetSettings(label="l"))
    request = PredictRequest.FromString(sent)
    assert (request.model_spec.name, request.model_spec.version_label) == ("m", "l")
    theirs = tf.make_ndarray(TensorProto.FromString(request.inputs["x"].SerializeToString()))
    assert theirs.tolist() == ([b"a", b"b"] if dtype == "string" else [0, 1])


def test_an_input_that_cannot_be_sent_is_refused_by_name() -> None:
    """With the way out."""
    signature = Signature("s", {"x": TensorSpec("DT_HALF", ())}, {})
    with pytest.raises(TargetError, match=r"input x is DT_HALF.*use target.protocol=rest"):
        predict_request("m", signature, [{"x": 1.0}], TargetSettings())
