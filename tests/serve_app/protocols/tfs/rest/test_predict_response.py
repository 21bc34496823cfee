"""Answers: number texts, strings, base64, NaN tokens and the shape of the document."""

from __future__ import annotations

import numpy as np
import pytest

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import TensorSpec
from serve_app.kinds.tensor_type import type_name
from serve_app.protocols.tfs.rest import predict_response
from serve_app.protocols.tfs.rest.predict_request import Layout


def write_predictions(layout: Layout, outputs: dict[str, np.ndarray]) -> bytes:
    """Returns the text of outputs whose signature says what they are."""
    specs = {name: TensorSpec(name, type_name(array), None) for name, array in outputs.items()}
    return predict_response.write_predictions(layout, outputs, specs)


def one(array: object) -> bytes:
    """Returns the text of one unnamed output."""
    return write_predictions("rows", {"y": np.asarray(array)})


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([0.2, 1.0, 1 / 3], np.float32), b"[0.2,1.0,0.333333343]"),
        (np.array([0.2, 1 / 3, -0.0], np.float64), b"[0.2,0.3333333333333333,-0.0]"),
        (np.array([2**53 + 1], np.int64), b"[9007199254740993]"),
        (np.array([253], np.uint8), b"[253]"),
        (np.array([True, False], np.bool_), b"[true,false]"),
        (np.array([[1.5]], np.float64), b"[[1.5]]"),
        (np.array([], np.float32), b"[]"),
        (np.array([b"a", "hé".encode()], object), '["a","hé"]'.encode()),
        (np.array([np.nan, np.inf, -np.inf], np.float64), b"[NaN,Infinity,-Infinity]"),
        (np.array([np.nan, 0.2], np.float32), b"[NaN,0.2]"),
        (np.array([b"\xff"], object), b'["\xff"]'),
        (np.array([b'\x01"\\'], object), b'["\\u0001\\"\\\\"]'),
    ],
)
def test_values_read_as_tensorflow_serving_writes_them(array: np.ndarray, text: bytes) -> None:
    """Floats keep a point, ints have none, float32 is short, strings are raw."""
    assert one(array) == b'{"predictions":' + text + b"}"


def test_two_outputs_are_objects_by_name() -> None:
    """Rows are objects; columns are an object of tensors."""
    outputs = {"a": np.array([1, 2], np.float64), "b_bytes": np.array([b"x", b"\xff"], object)}
    assert write_predictions("rows", outputs) == (
        b'{"predictions":[{"a":1.0,"b_bytes":{"b64":"eA=="}},{"a":2.0,"b_bytes":{"b64":"/w=="}}]}'
    )
    assert write_predictions("columns", outputs) == (
        b'{"outputs":{"a":[1.0,2.0],"b_bytes":[{"b64":"eA=="},{"b64":"/w=="}]}}'
    )


def test_a_scalar_is_bare_in_columns_and_refused_in_rows() -> None:
    """A scalar has no batch dimension."""
    scalar = {"total": np.array(6, np.float64)}
    assert write_predictions("columns", scalar) == b'{"outputs":6.0}'
    with pytest.raises(InvalidArgumentError, match="Tensor name: total has no shape information "):
        write_predictions("rows", scalar)


def test_rows_need_one_batch_size() -> None:
    """The output that differs is named."""
    with pytest.raises(InvalidArgumentError, match="b has inconsistent batch size: 4 expecting: 2"):
        write_predictions("rows", {"a": np.zeros(2), "b": np.zeros(4)})


@pytest.mark.parametrize("dtype", [np.float16, np.complex64])
def test_a_type_without_json_form_is_refused(dtype: type) -> None:
    """Its name is TensorFlow's."""
    with pytest.raises(InvalidArgumentError, match="Failed to write JSON value for tensor type: "):
        one(np.zeros(1, dtype))
