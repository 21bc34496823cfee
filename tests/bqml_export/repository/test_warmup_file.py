"""The warmup file is read by TensorFlow Serving's own messages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("google_crc32c", reason="needs the extra [gcp]")
pytest.importorskip("tensorflow", reason="needs the extra [local]")

from bqml_export.repository.saved_model_pb import Signature
from bqml_export.repository.warmup_file import MAX_RECORDS, usable, write_warmup_file
from foundation.repository.layout import WARMUP_NAME

SIGNATURE = Signature(
    "tensorflow/serving/predict",
    {
        "b": "bool[-1]",
        "d": "float64[-1]",
        "f": "float32[-1]",
        "i": "int64[-1]",
        "n": "int32[-1]",
        "s": "string[-1]",
        "v": "float64[-1,-1]",
    },
    {},
)
INSTANCE: dict[str, Any] = {
    "b": True,
    "d": 0.1,
    "f": 0.5,
    "i": -(2**60),
    "n": -7,
    "s": "é",
    "v": [1.0, 2.0],
}


def tensors_of(folder: Path) -> list[dict[str, Any]]:
    """Returns the inputs of each recorded request, decoded by TensorFlow."""
    import tensorflow as tf

    from foundation.protos.prediction_log_pb2 import PredictionLog

    requests = []
    for record in tf.compat.v1.io.tf_record_iterator(str(folder / WARMUP_NAME)):
        request = PredictionLog.FromString(record).predict_log.request
        assert request.model_spec.signature_name == "serving_default"
        inputs = request.inputs.items()
        requests.append({name: tf.make_ndarray(tensor).tolist() for name, tensor in inputs})
    return requests


def test_each_request_is_a_batch_of_one_row(tmp_path: Path) -> None:
    """Every type, negative numbers and text beyond ASCII included."""
    write_warmup_file(tmp_path, "serving_default", SIGNATURE, [INSTANCE, INSTANCE])
    expected = {name: [value] for name, value in INSTANCE.items()} | {"s": ["é".encode()]}
    assert tensors_of(tmp_path) == [expected, expected]


def test_bytes_are_not_sent_as_base64(tmp_path: Path) -> None:
    """`b64` is how JSON says it; the tensor holds the bytes."""
    signature = Signature("", {"s": "string[-1]"}, {})
    write_warmup_file(tmp_path, "serving_default", signature, [{"s": {"b64": "/w=="}}])
    assert tensors_of(tmp_path) == [{"s": [b"\xff"]}]


def test_what_a_tensor_cannot_hold_is_left_out() -> None:
    """A number beyond float32 or int64, or an input of a type without a tensor field."""
    narrow = Signature("", {"f": "float32[-1]"}, {})
    whole = Signature("", {"i": "int64[-1]"}, {})
    assert usable(whole, [{"i": 2**63}, {"i": -(2**63)}]) == [{"i": -(2**63)}]
    assert usable(narrow, [None, {"f": 1e300}, {"f": 1.0}]) == [{"f": 1.0}]
    assert usable(Signature("", {"h": "float16[-1]"}, {}), [{"h": 1.0}]) == []


def test_tensorflow_servings_limit_is_kept() -> None:
    """One record more would keep the version from being served."""
    signature = Signature("", {"f": "float32[-1]"}, {})
    assert len(usable(signature, [{"f": 1.0}] * (MAX_RECORDS + 5))) == MAX_RECORDS


READER = """
import sys, tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
for record in tf.compat.v1.io.tf_record_iterator(sys.argv[1]):
    request = PredictionLog.FromString(record).predict_log.request
    print(request.model_spec.signature_name, *sorted(request.inputs))
"""


def test_the_stock_messages_read_it(tmp_path: Path) -> None:
    """Field numbers are those of tensorflow-serving-api; runs where that package is at hand."""
    stubs = os.environ.get("TENSORFLOW_SERVING_API")
    if not stubs:
        pytest.skip("set TENSORFLOW_SERVING_API to a folder that holds tensorflow_serving/")
    write_warmup_file(tmp_path, "serving_default", SIGNATURE, [INSTANCE])
    read = subprocess.run(
        [sys.executable, "-c", READER, str(tmp_path / WARMUP_NAME)],
        env={**os.environ, "PYTHONPATH": stubs},
        capture_output=True,
        text=True,
        check=True,
    )
    assert read.stdout.split() == ["serving_default", *sorted(SIGNATURE.inputs)]
