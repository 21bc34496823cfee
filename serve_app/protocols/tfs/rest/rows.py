"""The row format: `instances` holds one value, list or object per row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from serve_app.errors import InvalidArgumentError, ServeAppError
from serve_app.kinds.signature import TensorSpec
from serve_app.protocols.tfs.json.base64_json import is_base64_object
from serve_app.protocols.tfs.json.debug_text import debug_text
from serve_app.protocols.tfs.json.dtypes import JSON_TYPES, to_array
from serve_app.protocols.tfs.json.json_tensor import TooDeepError, dense_shape, leaves, require_type
from serve_app.protocols.tfs.json.rapid_json import pairs

_FLOAT = {float}
_FLOATS = {"float": 3.4e38, "double": 1.7e308}
"""Element type -> what every smaller value fits, without a look at each."""


def rows_to_tensors(rows: list[object], inputs: Mapping[str, TensorSpec]) -> dict[str, np.ndarray]:
    """Returns one tensor per input alias, of shape [rows] + the shape of a row.

    Raises:
        InvalidArgumentError: A row does not fit the signature, or two rows differ in shape.
    """
    if not isinstance(rows[0], dict) and len(inputs) > 1:
        raise InvalidArgumentError(
            "instances is a plain list, but expecting list of objects as multiple input tensors "
            "required as per tensorinfo_map"
        )
    if _is_named_row(rows[0]):
        fast = scalar_rows(rows, inputs)
        return fast if fast is not None else _named_rows(rows, inputs)
    return _plain_rows(rows, inputs)


def _is_named_row(row: object) -> bool:
    return isinstance(row, dict) and not is_base64_object(row)


def scalar_rows(
    rows: Sequence[object], inputs: Mapping[str, TensorSpec]
) -> dict[str, np.ndarray] | None:
    """Reads the usual case column by column: named rows of plain scalars, all of the right type.

    Returns None for everything else; `rows_to_tensors` then reads it or says what is wrong.
    """
    width = len(inputs)
    for row in rows:
        if type(row) is not dict or len(row) != width:
            return None
    tensors = {}
    for alias, spec in inputs.items():
        try:
            values = [row[alias] for row in rows]  # type: ignore[index]
        except KeyError:
            return None
        tensor = _scalars(values, spec.dtype)
        if tensor is None:
            return None
        tensors[alias] = tensor
    return tensors


def _scalars(values: list[Any], dtype: str) -> np.ndarray | None:
    """Returns the values of one input, or None if one is not a scalar of its type."""
    kind = JSON_TYPES.get(dtype)
    types = set(map(type, values))
    if types == _FLOAT and dtype in _FLOATS:
        limit = _FLOATS[dtype]
        if -limit < min(values) and max(values) < limit:
            return np.array(values, kind.numpy)  # type: ignore[union-attr]
    if kind is None or not kind.python.issuperset(types):
        return None
    if kind.high and not kind.low <= min(values) <= max(values) <= kind.high:
        return None
    if dtype == "string":
        values = [value.encode(errors="surrogateescape") for value in values]
    return to_array(values, dtype)


class _Column:
    """The values of one input, gathered row by row."""

    def __init__(self, alias: str, dtype: str) -> None:
        self._alias = alias
        self._dtype = dtype
        self._shape: tuple[int, ...] | None = None
        self._size = 0
        self._values: list[object] = []

    def add(self, value: object) -> None:
        shape = dense_shape([value], self._alias)[1:]  # the rows are a dimension too
        values = leaves(value, self._dtype, shape)
        if self._shape is None:
            self._shape, self._size = shape, len(values)
        elif self._size != len(values):
            raise InvalidArgumentError(
                f"Expecting tensor size: {self._size} but got: {len(values)}"
            )
        elif self._shape != shape:
            raise InvalidArgumentError(
                f"Expecting shape {_shape_text(self._shape)} but got: {_shape_text(shape)}"
            )
        self._values += values

    def tensor(self, rows: int) -> np.ndarray:
        assert self._shape is not None
        # A duplicate key has put more values in than the shape holds: the first ones count.
        values = self._values[: rows * self._size]
        if not values:
            require_type(self._dtype)
        return to_array(values, self._dtype).reshape((rows, *self._shape))


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


def _named_rows(rows: list[object], inputs: Mapping[str, TensorSpec]) -> dict[str, np.ndarray]:
    columns = {alias: _Column(alias, spec.dtype) for alias, spec in inputs.items()}
    for index, row in enumerate(rows):
        _add_named_row(columns, index, row)
    return {alias: column.tensor(len(rows)) for alias, column in columns.items()}


def _plain_rows(rows: list[object], inputs: Mapping[str, TensorSpec]) -> dict[str, np.ndarray]:
    alias, spec = next(iter(inputs.items()))
    column = _Column(alias, spec.dtype)
    for index, row in enumerate(rows):
        _add_plain_row(column, index, row)
    if len(inputs) > 1:
        # Base64 objects pass for objects at first, but fill one input only.
        raise _input_size_error(alias, inputs)
    return {alias: column.tensor(len(rows))}


def _input_size_error(sent: str, inputs: Mapping[str, TensorSpec]) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"input size does not match signature: 1!={len(inputs)} len({{{sent}}}) != "
        f"len({{{_list(inputs)}}}). Sent extra: {{}}. "
        f"Missing but required: {{{_list(inputs.keys() - {sent})}}}."
    )


def _list(names: Iterable[str]) -> str:
    return ",".join(sorted(names))


def _add_named_row(columns: Mapping[str, _Column], index: int, row: object) -> None:
    if not isinstance(row, dict) or is_base64_object(row):
        raise InvalidArgumentError(f"Expecting object but got list at item {index} of input list")
    keys = set()
    for text, value in pairs(row):
        key = text.partition("\0")[0]  # a C string in TensorFlow Serving
        keys.add(key)
        try:
            if key not in columns:
                raise InvalidArgumentError(f"JSON object: does not have named input: {key}")
            columns[key].add(value)
        except TooDeepError:
            raise
        except ServeAppError as exc:
            raise InvalidArgumentError(
                f"Failed to process element: {index} key: {key} of 'instances' list. "
                f"Error: {exc.status_text()}"
            ) from exc
    if keys != columns.keys():
        raise InvalidArgumentError(
            f"Failed to process element: {index} of 'instances' list. "
            f"JSON object: {debug_text(row)} keys must be equal to: {_list(columns)}"
        )


def _add_plain_row(column: _Column, index: int, row: object) -> None:
    if _is_named_row(row):
        raise InvalidArgumentError(
            f"Expecting value/list but got object at item {index} of input list"
        )
    try:
        column.add(row)
    except TooDeepError:
        raise
    except ServeAppError as exc:
        raise InvalidArgumentError(
            f"Failed to process element: {index} of 'instances' list. Error: {exc.status_text()}"
        ) from exc
