"""Turns one nested JSON value into a dense tensor, checking it leaf by leaf.

A restatement of GetDenseTensorShape, FillTensorProto and AddValueToTensor of TensorFlow Serving's
util/json_tensor.cc, with the same checks in the same order and the same words.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.protocols.tfs.json.base64_json import decode, is_base64_object
from serve_app.protocols.tfs.json.debug_text import debug_text, type_word
from serve_app.protocols.tfs.json.dtypes import EMPTY_TYPES, JSON_TYPES, JsonType, to_array

MAX_RANK = 64
"""Numpy's limit; TensorFlow's is 254, and that of nearly all operations 8."""


class TooDeepError(InvalidArgumentError):
    """A value is nested deeper than a tensor can be."""


def dense_shape(value: object, alias: str) -> tuple[int, ...]:
    """Returns the shape that the first elements of `value` imply.

    Raises:
        TooDeepError: For a rank that no tensor can have, in TensorFlow Serving's words.
    """
    sizes: list[int] = []
    while isinstance(value, list):
        sizes.append(len(value))
        if len(sizes) > MAX_RANK:
            raise TooDeepError(f"tensor parsing error: {alias}")
        if not value:
            break
        value = value[0]
    return tuple(sizes)


def leaves(value: object, dtype: str, shape: tuple[int, ...]) -> list[object]:
    """Returns the leaf values of `value` in row-major order, checked against `dtype` and `shape`.

    Raises:
        InvalidArgumentError: A leaf has the wrong type, or a list the wrong size or depth.
        UnimplementedError: JSON cannot express `dtype`.
    """
    out: list[object] = []
    _collect(value, 0, dtype, shape, out)
    return out


def tensor(value: object, dtype: str, alias: str) -> np.ndarray:
    """Returns `value` as a tensor of `dtype`; its shape is that of the nested lists."""
    shape = dense_shape(value, alias)
    values = leaves(value, dtype, shape)
    if not values:
        require_type(dtype)
    return to_array(values, dtype).reshape(shape)


def require_type(dtype: str) -> None:
    """Checks that a tensor of `dtype` can be made without any value.

    Raises:
        UnimplementedError: It cannot.
    """
    if dtype not in EMPTY_TYPES:
        raise UnimplementedError(f"Conversion of JSON Value: [] to type: {dtype}")


def leaf(value: object, dtype: str) -> object:
    """Returns one scalar as the Python value that fills a tensor of `dtype`."""
    kind = JSON_TYPES.get(dtype)
    if dtype == "string":
        return _string_leaf(value)
    if kind is None:
        raise UnimplementedError(f"Conversion of JSON Value: {debug_text(value)} to type: {dtype}")
    if type(value) not in kind.python or not _in_range(value, kind):
        _type_error(value, dtype)
    return value


def _collect(
    value: object, level: int, dtype: str, shape: tuple[int, ...], out: list[object]
) -> None:
    rank = len(shape)
    if not isinstance(value, list):
        if level != rank:
            raise InvalidArgumentError(
                f"JSON Value: {debug_text(value)} found at incorrect level: {level + 1} in the "
                f"JSON DOM. Expected at level: {rank}"
            )
        out.append(leaf(value, dtype))
        return
    if level >= rank:
        raise InvalidArgumentError(
            f"Encountered list at unexpected level: {level} expected < {rank}"
        )
    if len(value) != shape[level]:
        raise InvalidArgumentError(
            f"Encountered list at unexpected size: {len(value)} at level: {level} "
            f"expected size: {shape[level]}"
        )
    for item in value:
        _collect(item, level + 1, dtype, shape, out)


def _string_leaf(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode(errors="surrogateescape")
    if is_base64_object(value):
        return decode(value["b64"])
    if isinstance(value, dict):
        raise InvalidArgumentError(
            f"JSON Value: {debug_text(value)} not formatted correctly for base64 data"
        )
    _type_error(value, "string")


def _in_range(value: object, kind: JsonType) -> bool:
    return not kind.high or (isinstance(value, int) and kind.low <= value <= kind.high)


def _type_error(value: object, dtype: str) -> NoReturn:
    raise InvalidArgumentError(
        f"JSON Value: {debug_text(value)} Type: {type_word(value)} is not of expected type: {dtype}"
    )
