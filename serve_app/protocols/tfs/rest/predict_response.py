"""Writes the answer of a predict request from the model's output tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import cast

import numpy as np

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import TensorSpec
from serve_app.kinds.tensor_type import type_name
from serve_app.protocols.tfs.json.base64_json import encode
from serve_app.protocols.tfs.json.decimal_text import decimal_float32
from serve_app.protocols.tfs.json.json_writer import write_json
from serve_app.protocols.tfs.rest.predict_request import Layout

# uint16 is missing in TensorFlow Serving's writer, as in its reader.
_JSON_TYPES = frozenset(
    {"float", "double", "int8", "int16", "int32", "int64", "uint8", "uint32", "uint64"}
    | {"bool", "string"}
)
_QUANTIZED = ("qint", "quint")
_BYTES_SUFFIX = "_bytes"


def write_predictions(
    layout: Layout, outputs: Mapping[str, np.ndarray], specs: Mapping[str, TensorSpec]
) -> bytes:
    """Returns the JSON body: `predictions` for rows, `outputs` for columns.

    One output loses its name; two or more are objects keyed by output alias. `specs` are the
    signature's: a session gives quantized tensors as integers.

    Raises:
        InvalidArgumentError: An output has no JSON form, or rows are asked of a tensor that has no
            batch dimension or another batch size than the others.
    """
    if not outputs:
        raise InvalidArgumentError("Cannot convert empty tensor map to JSON")
    if layout == "rows":
        _check_batch(outputs)
    values = {
        alias: _json_values(alias, array, _type(array, specs[alias]))
        for alias, array in outputs.items()
    }
    return write_json(_document(layout, values), finite=_all_finite(outputs))


def row_values(
    outputs: Mapping[str, np.ndarray], specs: Mapping[str, TensorSpec]
) -> list[object] | None:
    """Returns what `predictions` holds of each row, as values that any JSON writer prints alike.

    Returns None where `write_predictions` must look: at an error, at values that are not finite or
    have no plain form.
    """
    if not outputs or not _all_finite(outputs):
        return None
    columns = []
    for alias, array in outputs.items():
        kind = _type(array, specs[alias])
        if not array.size or not array.ndim or kind not in _JSON_TYPES:
            return None
        if kind == "string":
            columns.append(_strings(array, as_base64=alias.endswith(_BYTES_SUFFIX)))
        else:
            columns.append(
                (decimal_float32(array) if array.dtype == np.float32 else array).tolist()
            )
    if len(columns) == 1:
        return cast(list[object], columns[0])
    names = list(outputs)
    rows = zip(*columns, strict=True)
    return list(map(dict, map(zip, repeat(names), rows)))  # half the time of a comprehension


def _document(layout: Layout, values: dict[str, object]) -> dict[str, object]:
    only = next(iter(values.values())) if len(values) == 1 else None
    if layout == "columns":
        return {"outputs": values if only is None else only}
    if only is not None:
        return {"predictions": only}
    columns = cast(list[Iterable[object]], list(values.values()))
    return {
        "predictions": [dict(zip(values, row, strict=True)) for row in zip(*columns, strict=True)]
    }


def _all_finite(outputs: Mapping[str, np.ndarray]) -> bool:
    return all(
        np.logical_and.reduce(np.isfinite(array), axis=None)  # all() takes a way through Python
        for array in outputs.values()
        if array.dtype.kind == "f"
    )


def _check_batch(outputs: Mapping[str, np.ndarray]) -> None:
    batch: int | None = None
    for alias, array in outputs.items():
        if array.ndim == 0:
            # The space at the end is TensorFlow Serving's.
            raise InvalidArgumentError(f"Tensor name: {alias} has no shape information ")
        if batch is None:
            batch = len(array)
        elif batch != len(array):
            raise InvalidArgumentError(
                f"Tensor name: {alias} has inconsistent batch size: {len(array)} expecting: {batch}"
            )


def _type(array: np.ndarray, spec: TensorSpec) -> str:
    return spec.dtype if spec.dtype.startswith(_QUANTIZED) else type_name(array)


def _json_values(alias: str, array: np.ndarray, kind: str) -> object:
    """Returns `array` as something that the writer can print: itself, or nested lists."""
    if not array.size:
        return np.zeros(array.shape)  # its shape is all there is to write
    if kind not in _JSON_TYPES:
        raise InvalidArgumentError(f"Failed to write JSON value for tensor type: {kind}")
    if kind == "string":
        return _strings(array, as_base64=alias.endswith(_BYTES_SUFFIX))
    if array.dtype == np.float32:
        array = decimal_float32(array)
    return np.ascontiguousarray(array) if array.ndim else array[()]


def _strings(array: np.ndarray, *, as_base64: bool) -> object:
    """Returns a string tensor as nested lists of text, or of base64 objects."""
    flat = [
        value if type(value) is bytes else str(value).encode() for value in array.ravel().tolist()
    ]
    texts: list[object]
    if as_base64:
        texts = [encode(value) for value in flat]
    else:
        try:
            texts = [value.decode() for value in flat]
        except UnicodeDecodeError:
            texts = [value.decode(errors="surrogateescape") for value in flat]
    return _nested(texts, array.shape)


def _nested(values: list[object], shape: tuple[int, ...]) -> object:
    """Returns flat values as nested lists; a scalar as itself."""
    if not shape:
        return values[0]
    for size in shape[:0:-1]:
        values = [values[begin : begin + size] for begin in range(0, len(values), size)]
    return values
