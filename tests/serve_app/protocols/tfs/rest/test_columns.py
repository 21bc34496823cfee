"""The column format."""

from __future__ import annotations

import numpy as np
import pytest

from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.kinds.signature import TensorSpec
from serve_app.protocols.tfs.rest.columns import columns_to_tensors

TWO = {name: TensorSpec(f"{name}:0", "float", (-1,)) for name in ("a", "b")}


def one(dtype: str) -> dict[str, TensorSpec]:
    """Returns the inputs of a signature with the single input `x`."""
    return {"x": TensorSpec("x:0", dtype, (-1,))}


@pytest.mark.parametrize(
    ("value", "shape"),
    [(3.0, ()), ([], (0,)), ([1, 2], (2,)), ({"x": [[1], [2]]}, (2, 1)), ([[], []], (2, 0))],
)
def test_the_only_input_needs_no_name(value: object, shape: tuple[int, ...]) -> None:
    """A bare value is the tensor, whatever its rank."""
    assert columns_to_tensors(value, one("float"))["x"].shape == shape


def test_inputs_may_differ_in_shape_and_extra_keys_are_ignored() -> None:
    """The model decides whether shapes fit."""
    tensors = columns_to_tensors({"a": [1, 2], "b": 3, "c": "ignored"}, TWO)
    assert {name: array.shape for name, array in tensors.items()} == {"a": (2,), "b": ()}


def test_a_bare_base64_object_is_binary_data() -> None:
    """It is not an object of inputs."""
    value = columns_to_tensors({"b64": "AP9hYmM="}, one("string"))["x"]
    assert value.dtype == np.object_
    assert value.item() == b"\x00\xffabc"


def test_a_missing_input_is_named() -> None:
    """TensorFlow Serving's words."""
    with pytest.raises(InvalidArgumentError, match=r"^Missing named input: b in 'inputs' object.$"):
        columns_to_tensors({"a": [1]}, TWO)


def test_a_bare_value_is_refused_for_several_inputs() -> None:
    """Nobody could say which input it is."""
    with pytest.raises(InvalidArgumentError, match="inputs is a plain value/list"):
        columns_to_tensors([1], TWO)


def test_an_unsupported_type_is_501_here() -> None:
    """In rows the same error is wrapped into a 400."""
    with pytest.raises(UnimplementedError, match="to type: half"):
        columns_to_tensors([1], one("half"))
