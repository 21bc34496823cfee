"""Whatever a client sends by gRPC, the fault is the client's and the service goes on.

FUZZ_EXAMPLES=5000 tries thousands of new cases per test; without it they are few and the same.
"""

from __future__ import annotations

import os
from typing import Any

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.timeout(1800)

fuzz = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "200")),
    deadline=10_000,  # a call that takes longer hangs
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CLIENT_FAULTS = {
    "OK",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "FAILED_PRECONDITION",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "RESOURCE_EXHAUSTED",
}
METHODS = {
    "PredictionService": ("Predict", "Classify", "Regress", "MultiInference", "GetModelMetadata"),
    "ModelService": ("GetModelStatus", "HandleReloadConfigRequest"),
}
PATHS = [f"/tensorflow.serving.{s}/{m}" for s, methods in METHODS.items() for m in methods]
# `endless` is left out: it runs until its deadline, which is right.
SIGNATURES = (
    "",
    "with_defaults",
    "no_inputs",
    "twins",
    "positive",
    "classify",
    "regress",
    "float32",
    "int64",
    "string",
    "float16",
    "bool",
    "qint8",
    "complex64",
    "nope",
)


def call(stub: Any, path: str, body: bytes) -> str:
    """Sends raw bytes; returns the name of the status code."""
    try:
        stub.channel.unary_unary(path)(body, timeout=10)
    except grpc.RpcError as error:
        if error.code().name not in CLIENT_FAULTS:
            raise
        return str(error.code().name)
    return "OK"


@fuzz
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200))
def test_any_bytes_get_an_answer(stub: Any, path: str, body: bytes) -> None:
    """At every method."""
    call(stub, path, body)


names = st.one_of(st.sampled_from(["kinds", "iris", "broken", "gone", ""]), st.text(max_size=8))
specs = st.fixed_dictionaries(
    {"name": names, "signature_name": st.one_of(st.sampled_from(SIGNATURES), st.text(max_size=8))},
    optional={"version": st.fixed_dictionaries({"value": st.integers(-(2**63), 2**63 - 1)})},
)
tensors = st.fixed_dictionaries(
    {"dtype": st.integers(0, 130)},
    optional={
        "tensor_shape": st.fixed_dictionaries(
            {
                "dim": st.lists(
                    st.fixed_dictionaries(
                        {
                            "size": st.one_of(
                                st.integers(-2, 4),
                                st.sampled_from([2**31, 2**62, 2**63 - 1, -(2**63)]),
                            )
                        }
                    ),
                    max_size=5,
                ),
                "unknown_rank": st.booleans(),
            }
        ),
        "float_val": st.lists(st.floats(width=32), max_size=6),
        "double_val": st.lists(st.floats(), max_size=6),
        "int_val": st.lists(st.integers(-(2**31), 2**31 - 1), max_size=6),
        "int64_val": st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6),
        "bool_val": st.lists(st.booleans(), max_size=6),
        "half_val": st.lists(st.integers(-(2**31), 2**31 - 1), max_size=6),
        "scomplex_val": st.lists(st.floats(width=32), max_size=5),
        "string_val": st.lists(st.binary(max_size=6), max_size=6),
        "tensor_content": st.binary(max_size=40),
        "version_number": st.integers(-1, 3),
    },
)
aliases = st.sampled_from(["x", "v", "a", "b", "inputs", "petal_length", "", "é"])


@fuzz
@given(
    spec=specs,
    inputs=st.dictionaries(aliases, tensors, max_size=3),
    outputs=st.lists(st.sampled_from(["y", "z", "v", "one", "two", "nope"]), max_size=3),
)
def test_any_predict_message_gets_an_answer(
    stub: Any, spec: Any, inputs: Any, outputs: list[str]
) -> None:
    """Impossible shapes, types and sizes included."""
    from foundation.protos.predict_pb2 import PredictRequest

    request = PredictRequest(model_spec=spec, inputs=inputs, output_filter=outputs)
    call(stub, PATHS[0], request.SerializeToString())


@fuzz
@given(
    tensor=tensors,
    signature=st.sampled_from(
        ["float32", "int64", "string", "bool", "float16", "complex64", "qint8", "uint8", "bfloat16"]
    ),
)
def test_any_tensor_gets_an_answer(stub: Any, tensor: Any, signature: str) -> None:
    """Nearly right requests come further than arbitrary ones."""
    from tensorflow.core.framework.types_pb2 import DataType

    from foundation.protos.predict_pb2 import PredictRequest

    enum = {"float32": "FLOAT", "float16": "HALF"}.get(signature, signature.upper())
    tensor = {**tensor, "dtype": DataType.Value(f"DT_{enum}")}
    spec = {"name": "kinds", "signature_name": signature}
    request = PredictRequest(model_spec=spec, inputs={"v": tensor})
    call(stub, PATHS[0], request.SerializeToString())


@fuzz
@given(cut=st.integers(0, 200), noise=st.binary(max_size=4), path=st.sampled_from(PATHS[:4]))
def test_a_damaged_message_gets_an_answer(stub: Any, cut: int, noise: bytes, path: str) -> None:
    """Examples with bytes put in or cut off, to every method that runs a model."""
    from foundation.protos.classification_pb2 import ClassificationRequest

    request = ClassificationRequest(model_spec={"name": "kinds", "signature_name": "classify"})
    example = request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.append(0.5)
    whole = request.SerializeToString()
    call(stub, path, whole[:cut] + noise + whole[cut:])
    call(stub, path, whole[:cut] + noise)


def test_the_service_still_serves(stub: Any) -> None:
    """After all of the above."""
    import numpy as np

    response = stub.predict(x=np.array([1.5], np.float32))
    assert list(response.outputs["y"].float_val) == [3.0]
