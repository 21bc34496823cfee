"""The row format: shapes, strict leaf types, and TensorFlow Serving's words for each fault."""

from __future__ import annotations

import math

import numpy as np
import pytest

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import TensorSpec
from serve_app.protocols.tfs.json.json_parser import parse
from serve_app.protocols.tfs.rest.rows import rows_to_tensors


def spec(**dtypes: str) -> dict[str, TensorSpec]:
    """Returns inputs by alias and dtype."""
    return {name: TensorSpec(f"{name}:0", dtype, (-1,)) for name, dtype in dtypes.items()}


def rows(text: str, **dtypes: str) -> dict[str, np.ndarray]:
    """Returns the tensors of rows given as JSON text."""
    value = parse(text.encode())
    assert isinstance(value, list)
    return rows_to_tensors(list(value), spec(**dtypes))


READ = [
    ('[{"x": 1}, {"x": 2.5}]', "float", [1.0, 2.5]),
    ("[1, 2]", "double", [1.0, 2.0]),
    ("[[1, 2], [3, 4]]", "int64", [[1, 2], [3, 4]]),
    ('["a", {"b64": "AP8="}]', "string", [b"a", b"\x00\xff"]),
    ('[{"x": "h\\u00e9"}]', "string", ["hé".encode()]),
    ("[true, false]", "bool", [True, False]),
    ("[300, -1]", "uint8", [44, 255]),
    ("[[]]", "float", [[]]),
    ("[18446744073709551615]", "uint64", [2**64 - 1]),
    ("[123456789012345678901234567890]", "double", [1.2345678901234568e29]),
]

REFUSED = [
    ('[{"x": "1"}]', "float", ('0 key: x of \'instances\' list. Error: INVALID_ARGUMENT: '
     'JSON Value: "1" Type: String is not of expected type: float')),
    ('[{"x": true}]', "float", "Type: True is not of expected type: float"),
    ('[{"x": null}]', "double", "JSON Value: null Type: Null is not of expected type: double"),
    ("[1.0]", "int64", "JSON Value: 1.0 Type: Number is not of expected type: int64"),
    ("[9223372036854775808]", "int64", "is not of expected type: int64"),
    ("[2147483648]", "int32", "is not of expected type: int32"),
    ("[-1]", "uint32", "is not of expected type: uint32"),
    ("[1]", "bool", "JSON Value: 1 Type: Number is not of expected type: bool"),
    ("[193]", "string", "JSON Value: 193 Type: Number is not of expected type: string"),
    ('[{"b64": "_-8="}]', "string", "Unable to base64 decode"),
    ('[{"x": {"a": 1}}]', "string", "not formatted correctly for base64 data"),
    ('[{"x": {"b64": "AAAA"}}]', "float", "Type: Object is not of expected type: float"),
    ("[1]", "half", "UNIMPLEMENTED: Conversion of JSON Value: 1 to type: half"),
    ('[{"x": 1}, 2]', "float", "Expecting object but got list at item 1 of input list"),
    ('[1, {"x": 2}]', "float", "Expecting value/list but got object at item 1 of input list"),
    ('[{"x": 1, "y": 2}]', "float", ("0 key: y of 'instances' list. Error: INVALID_ARGUMENT: JSON "
     "object: does not have named input: y")),
    ("[[1], [1, 2]]", "float", "Expecting tensor size: 1 but got: 2"),
    ("[[1, 2], [[1, 2]]]", "float", "Expecting shape [2] but got: [1,2]"),
    ("[[1, [2]]]", "float", "Encountered list at unexpected level: 1 expected < 1"),
    ("[[[1], 2]]", "float", "found at incorrect level: 2 in the JSON DOM. Expected at level: 2"),
    ("[[[1], [1, 2]]]", "float",
     "Encountered list at unexpected size: 2 at level: 1 expected size: 1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "dtype", "values"), READ)
def test_fills_the_tensor(text: str, dtype: str, values: list[object]) -> None:
    """Values arrive in order, with the type and shape of the rows."""
    assert rows(text, x=dtype)["x"].tolist() == values


@pytest.mark.parametrize(("text", "dtype", "words"), REFUSED)
def test_refuses_with_tensorflow_servings_words(text: str, dtype: str, words: str) -> None:
    """The first fault in the order of the rows is named."""
    with pytest.raises(InvalidArgumentError) as caught:
        rows(text, x=dtype)
    assert words in str(caught.value)


def test_names_all_inputs_when_one_is_missing() -> None:
    """The client learns what the model wants."""
    with pytest.raises(InvalidArgumentError) as caught:
        rows('[{"b": 1}]', b="float", a="float")
    assert str(caught.value).endswith("keys must be equal to: a,b")


def test_a_plain_list_needs_a_single_input() -> None:
    """Several inputs cannot be told apart in a bare list."""
    with pytest.raises(InvalidArgumentError, match="instances is a plain list, but expecting"):
        rows("[[1, 2]]", a="float", b="float")


def test_float32_overflows_to_infinity() -> None:
    """As in C++, without a warning."""
    assert rows('[{"x": 1e39}, {"x": -1e39}]', x="float")["x"].tolist() == [math.inf, -math.inf]


def test_nan_and_infinity_are_numbers() -> None:
    """The dialect's tokens reach the model."""
    values = rows("[NaN, Infinity]", x="double")["x"]
    assert math.isnan(values[0])
    assert math.isinf(values[1])


def test_duplicate_keys_shift_values_as_in_tensorflow_serving() -> None:
    """The values of all pairs are strung together and cut to the number of rows."""
    assert rows('[{"x":1,"x":9},{"x":3,"x":4}]', x="float")["x"].tolist() == [1.0, 9.0]
