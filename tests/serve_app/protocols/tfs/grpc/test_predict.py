"""Predict, as TensorFlow Serving's prediction_service_impl.cc and predict_util.cc have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf

X = np.array([1.0, 2.5], np.float32)
SIZE = "input size does not match signature:"
EXTRA = "Sent extra:"
ABSENT = "not found in request and no default value provided. Inputs expected to be in the set"
NO_OUTPUT = "output tensor alias not found in signature:"


def test_all_outputs_come_in_typed_fields(stub: Any) -> None:
    """Clients that read float_val find every value there, and no tensor_content."""
    outputs = stub.predict(x=X).outputs
    assert {name: list(value.float_val) for name, value in outputs.items()} == {
        "y": [2.0, 5.0], "z": [2.0, 3.5],
    }  # fmt: skip
    assert not any(value.tensor_content for value in outputs.values())
    assert [dim.size for dim in outputs["y"].tensor_shape.dim] == [2]


@pytest.mark.parametrize(
    ("asked", "version", "signature"),
    [
        ({"name": "kinds"}, 3, "serving_default"),
        ({"name": "kinds", "version": {"value": 2}}, 2, "serving_default"),
        ({"name": "kinds", "signature_name": "twins"}, 3, "twins"),
    ],
)
def test_the_response_says_what_has_run(
    stub: Any, as_tensor: Callable[[Any], Any], asked: Any, version: int, signature: str
) -> None:
    """Name as asked, the version and the signature filled in."""
    spec = stub("Predict", model_spec=asked, inputs={"x": as_tensor(X)}).model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("kinds", version, signature)
    assert not spec.version_label


@pytest.mark.parametrize(
    ("model_spec", "code", "text"),
    [
        (None, "INVALID_ARGUMENT", "Missing ModelSpec"),
        ({}, "INVALID_ARGUMENT", "ModelSpec has no name specified."),
        ({"name": "nope"}, "NOT_FOUND", "Servable not found for request: Latest(nope)"),
        (
            {"name": "kinds", "version": {"value": 9}},
            "NOT_FOUND",
            "Servable not found for request: Specific(kinds, 9)",
        ),
        (
            {"name": "kinds", "version_label": "stable"},
            "INVALID_ARGUMENT",
            "Unrecognized servable version label: stable",
        ),
        (
            {"name": "kinds", "signature_name": "nope"},
            "FAILED_PRECONDITION",
            'Serving signature key "nope" not found.',
        ),
    ],
)
def test_a_wrong_model_spec_gets_the_stock_words(
    stub: Any, model_spec: Any, code: str, text: str
) -> None:
    """Code and text are TensorFlow Serving's."""
    assert stub.fails("Predict", model_spec=model_spec) == (code, text)


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        (
            {},
            f"{SIZE} 0!=1 len({{}}) != len({{x}}). Sent extra: {{}}. Missing but required: {{x}}.",
        ),
        (
            {"x": X, "w": X},
            f"{SIZE} 2!=1 len({{w,x}}) != len({{x}}). {EXTRA} {{w}}. Missing but required: {{}}.",
        ),
        (
            {"w": X},
            f"Signature input alias: x(feed name: x:0) {ABSENT} {{x}}.",
        ),
        ({"x": [1.0, 2.0, 3.0]}, None),
        ({"x": X.astype(np.float64)}, "Expects arg[0] to be float but double is provided"),
        ({"x": np.array([1, 2])}, "Expects arg[0] to be float but int64 is provided"),
        ({"x": ["a"]}, "Expects arg[0] to be float but string is provided"),
    ],
)
def test_wrong_inputs_get_the_stock_words(stub: Any, inputs: Any, text: str | None) -> None:
    """Values are never converted; shapes are the model's business."""
    if text is None:
        assert stub.predict(**inputs).outputs["y"].float_val[0] == 2.0
        return
    with pytest.raises(grpc.RpcError) as caught:
        stub.predict(**inputs)
    assert (caught.value.code(), caught.value.details()) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        text,
    )


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (
            ["nope"],
            f"{NO_OUTPUT} nope Outputs expected to be in the set {{y,z}}.",
        ),
        (["y", "y"], "duplicate output tensor alias: y"),
    ],
)
def test_a_wrong_output_filter_is_refused(
    stub: Any, as_tensor: Callable[[Any], Any], wanted: list[str], text: str
) -> None:
    """An unknown alias, and one twice, are errors of the request."""
    fields = {"model_spec": {"name": "kinds"}, "inputs": {"x": as_tensor(X)}}
    assert stub.fails("Predict", **fields, output_filter=wanted) == ("INVALID_ARGUMENT", text)


def test_the_output_filter_selects(stub: Any, as_tensor: Callable[[Any], Any]) -> None:
    """Only the outputs asked for are fetched and answered."""
    fields = {"model_spec": {"name": "kinds"}, "inputs": {"x": as_tensor(X)}}
    assert list(stub("Predict", **fields, output_filter=["z"]).outputs) == ["z"]


def test_two_aliases_of_one_tensor_both_answer(stub: Any) -> None:
    """The tensor is fetched once and answered twice."""
    outputs = stub.predict("twins", x=X).outputs
    assert sorted(outputs) == ["one", "two"]
    assert outputs["one"] == outputs["two"]


def test_an_input_with_a_default_may_be_left_out(stub: Any) -> None:
    """The signature's default takes its place; a given value wins."""
    one = np.array([1.0], np.float32)
    assert list(stub.predict("with_defaults", a=one).outputs["sum"].float_val) == [11.0]
    assert list(stub.predict("with_defaults", a=one, b=one).outputs["sum"].float_val) == [2.0]
    with pytest.raises(grpc.RpcError, match="Signature input alias: a"):
        stub.predict("with_defaults", b=one)


def test_a_signature_without_inputs_can_be_called(stub: Any) -> None:
    """Not so by REST, where TensorFlow Serving refuses it."""
    assert list(stub.predict("no_inputs").outputs["seven"].int64_val) == [7]


@pytest.mark.parametrize(
    "value",
    [
        np.array([0.1, np.nan, np.inf], np.float32), np.array([0.1], np.float64),
        np.array([-1], np.int8), np.array([-1], np.int16), np.array([-1], np.int32),
        np.array([2**62], np.int64), np.array([255], np.uint8), np.array([65535], np.uint16),
        np.array([2**32 - 1], np.uint32), np.array([2**64 - 1], np.uint64),
        np.array([True, False]), np.array([b"\xff\x00", b""], np.object_),
        np.array([0.1, 65504], np.float16), np.array([0.1], tf.bfloat16.as_numpy_dtype),
        np.array([1 + 2j], np.complex64), np.array([1 + 2j], np.complex128),
        np.array(5.0, np.float32), np.zeros((0, 3), np.int64), np.ones((2, 1, 300), np.float64),
    ],
    ids=lambda value: f"{value.dtype}{list(value.shape)}",
)  # fmt: skip
def test_every_type_goes_in_and_out(stub: Any, value: np.ndarray) -> None:
    """The model's identity gives back the very value, bit for bit."""
    signature = tf.dtypes.as_dtype(value.dtype).name if value.dtype != object else "string"
    answer = stub.predict(signature, v=value).outputs["v"]
    found = tf.make_ndarray(answer)
    assert found.dtype == value.dtype
    assert found.shape == value.shape
    assert found.tolist() == value.tolist() or found.tobytes() == value.tobytes()


@pytest.mark.parametrize("dtype", ["qint8", "quint8", "qint32"])
def test_quantized_types_go_in_and_out(stub: Any, dtype: str) -> None:
    """They travel as int_val and are structures in numpy."""
    number = getattr(tf, dtype).as_datatype_enum
    sent = {"dtype": number, "tensor_shape": {"dim": [{"size": 2}]}, "int_val": [3, 4]}
    spec = {"name": "kinds", "signature_name": dtype}
    answer = stub("Predict", model_spec=spec, inputs={"v": sent}).outputs["v"]
    assert (answer.dtype, list(answer.int_val)) == (number, [3, 4])


def test_a_failure_inside_the_model_keeps_its_code_and_is_cut(stub: Any) -> None:
    """The text is the kernel's, at most 1024 bytes, and says that it was cut."""
    with pytest.raises(grpc.RpcError) as caught:
        stub.predict("positive", x=-X)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    text = caught.value.details()
    assert text.startswith("assertion failed: [\u00e9")
    assert text.endswith("...TRUNCATED")
    assert len(text.encode()) in (1024 + 12, 1023 + 12)


def test_a_signature_that_gives_no_tensor_is_the_clients_fault(stub: Any) -> None:
    """The init operation of a TF2 export has a signature, which nobody can call."""
    spec = {"name": "mixed", "signature_name": "__saved_model_init_op"}
    code, details = stub.fails("Predict", model_spec=spec)
    assert (code, "was not found in the Graph" in details) == ("INVALID_ARGUMENT", True)


def test_errors_of_a_function_are_the_kernels_words(stub: Any) -> None:
    """TF2 exports run as a session too: no Python stack comes out."""
    with pytest.raises(grpc.RpcError) as caught:
        stub.predict("positive", "mixed", x=np.array([-1], np.int32))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "File" not in caught.value.details()
    assert "{{node" in caught.value.details()
