"""The row format: `instances` holds one value, list or object per row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from serve_app.codec.base64_json import is_base64_object
from serve_app.codec.debug_text import debug_text
from serve_app.codec.dtypes import JSON_TYPES, to_array
from serve_app.codec.json_tensor import dense_shape, leaves
from serve_app.codec.rapid_json import Members
from serve_app.core.signature import TensorSpec
from serve_app.errors import InvalidArgumentError, ServeAppError


def rows_to_tensors(rows: list[object], inputs: Mapping[str, TensorSpec]) -> dict[str, np.ndarray]:
    """Returns one tensor per input alias, of shape [rows] + the shape of a row.

    Raises:
        InvalidArgumentError: A row does not fit the signature, or two rows differ in shape.
    """
    named = _is_named_row(rows[0])
    if not named and len(inputs) > 1:
        raise InvalidArgumentError(
            "instances is a plain list, but expecting list of objects as multiple input tensors "
            "required as per tensorinfo_map"
        )
    fast = _scalar_rows(rows, inputs) if named else None
    return fast if fast is not None else _checked_rows(rows, inputs, named=named)


def _is_named_row(row: object) -> bool:
    return isinstance(row, dict) and not is_base64_object(row)


def _scalar_rows(
    rows: list[object], inputs: Mapping[str, TensorSpec]
) -> dict[str, np.ndarray] | None:
    """Reads the usual case column by column: named rows of plain scalars, all of the right type.

    Returns None for everything else; `_checked_rows` then reads it or says what is wrong.
    """
    width = len(inputs)
    for row in rows:
        if type(row) is not dict or len(row) != width:
            return None
    tensors = {}
    for alias, spec in inputs.items():
        kind = JSON_TYPES.get(spec.dtype)
        try:
            values = [row[alias] for row in rows]  # type: ignore[index]
        except KeyError:
            return None
        if kind is None or not kind.python.issuperset(map(type, values)):
            return None
        if kind.high and not kind.low <= min(values) <= max(values) <= kind.high:
            return None
        if spec.dtype == "string":
            values = [value.encode(errors="surrogateescape") for value in values]
        tensors[alias] = to_array(values, spec.dtype)
    return tensors


class _Column:
    """The values of one input, gathered row by row."""

    def __init__(self, dtype: str) -> None:
        self._dtype = dtype
        self._shape: tuple[int, ...] | None = None
        self._size = 0
        self._rows = 0
        self._values: list[object] = []

    def add(self, value: object) -> None:
        shape = dense_shape(value)
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
        return to_array(values, self._dtype).reshape((rows, *self._shape))


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


def _checked_rows(
    rows: list[object], inputs: Mapping[str, TensorSpec], *, named: bool
) -> dict[str, np.ndarray]:
    columns = {alias: _Column(spec.dtype) for alias, spec in inputs.items()}
    for index, row in enumerate(rows):
        if named:
            _add_named_row(columns, index, row)
        else:
            _add_plain_row(columns, index, row)
    return {alias: column.tensor(len(rows)) for alias, column in columns.items()}


def _add_named_row(columns: Mapping[str, _Column], index: int, row: object) -> None:
    if not isinstance(row, dict) or is_base64_object(row):
        raise InvalidArgumentError(f"Expecting object but got list at item {index} of input list")
    for key, value in _pairs(row):
        try:
            if key not in columns:
                raise InvalidArgumentError(f"JSON object: does not have named input: {key}")
            columns[key].add(value)
        except ServeAppError as exc:
            raise InvalidArgumentError(
                f"Failed to process element: {index} key: {key} of 'instances' list. "
                f"Error: {exc.status_text()}"
            ) from exc
    if row.keys() != columns.keys():
        raise InvalidArgumentError(
            f"Failed to process element: {index} of 'instances' list. "
            f"JSON object: {debug_text(row)} keys must be equal to: {','.join(sorted(columns))}"
        )


def _add_plain_row(columns: Mapping[str, _Column], index: int, row: object) -> None:
    if _is_named_row(row):
        raise InvalidArgumentError(
            f"Expecting value/list but got object at item {index} of input list"
        )
    ((_, column),) = columns.items()
    try:
        column.add(row)
    except ServeAppError as exc:
        raise InvalidArgumentError(
            f"Failed to process element: {index} of 'instances' list. Error: {exc.status_text()}"
        ) from exc


def _pairs(row: dict[str, object]) -> Iterable[tuple[str, object]]:
    return row.pairs if isinstance(row, Members) else row.items()
