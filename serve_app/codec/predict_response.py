"""Writes the answer of a predict request from the model's output tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import numpy as np
import orjson

from serve_app.codec import json_writer
from serve_app.codec.base64_json import encode
from serve_app.codec.predict_request import Layout
from serve_app.errors import InvalidArgumentError

# bool, signed, unsigned, float, and strings (objects of type bytes).
_JSON_KINDS = frozenset("biufO")
_BYTES_SUFFIX = "_bytes"


def write_predictions(layout: Layout, outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns the JSON body: `predictions` for rows, `outputs` for columns.

    One output loses its name; two or more are objects keyed by output alias.

    Raises:
        InvalidArgumentError: An output has no JSON form, or rows are asked of a tensor that has no
            batch dimension or another batch size than the others.
    """
    values = {alias: _json_values(alias, array) for alias, array in outputs.items()}
    return _dump(_document(layout, outputs, values), finite=_all_finite(outputs))


def _document(
    layout: Layout, outputs: Mapping[str, np.ndarray], values: dict[str, object]
) -> dict[str, object]:
    only = next(iter(values.values())) if len(values) == 1 else None
    if layout == "columns":
        return {"outputs": values if only is None else only}
    _check_batch(outputs)
    if only is not None:
        return {"predictions": only}
    columns = cast(list[Iterable[object]], list(values.values()))
    return {
        "predictions": [dict(zip(values, row, strict=True)) for row in zip(*columns, strict=True)]
    }


def _all_finite(outputs: Mapping[str, np.ndarray]) -> bool:
    return all(np.isfinite(array).all() for array in outputs.values() if array.dtype.kind == "f")


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


def _json_values(alias: str, array: np.ndarray) -> object:
    """Returns `array` as something that the writer can print: itself, or nested lists."""
    kind = array.dtype.kind
    if kind not in _JSON_KINDS or array.dtype.itemsize > 8 or array.dtype == np.float16:
        raise InvalidArgumentError(
            f"Failed to write JSON value for tensor type: {_type_name(array.dtype)}"
        )
    if kind == "O":
        return _strings(array.tolist(), as_base64=alias.endswith(_BYTES_SUFFIX))
    if array.dtype == np.float32:
        array = _decimal_float32(array)
    return np.ascontiguousarray(array) if array.ndim else array[()]


def _decimal_float32(array: np.ndarray) -> np.ndarray:
    """Returns the doubles whose text is TensorFlow Serving's text of these float32 values.

    Six digits where they read back to the same value, else nine: 0.2, not 0.20000000298023224.
    """
    return np.array([_decimal(value) for value in array.ravel()], np.float64).reshape(array.shape)


def _decimal(value: np.float32) -> float:
    short = float(f"{value:.6g}")
    return short if np.float32(short) == value else float(f"{value:.9g}")


def _type_name(dtype: np.dtype) -> str:
    names = {"float16": "half", "bfloat16": "bfloat16"}
    return names.get(dtype.name, dtype.name)


def _strings(value: object, *, as_base64: bool) -> object:
    if isinstance(value, list):
        return [_strings(item, as_base64=as_base64) for item in value]
    data = value if isinstance(value, bytes) else str(value).encode()
    return encode(data) if as_base64 else data.decode(errors="surrogateescape")


def _dump(document: dict[str, object], *, finite: bool) -> bytes:
    """Returns the text; NaN, Infinity and strings that are not UTF-8 take the slow writer."""
    if finite:
        try:
            return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
        except TypeError:  # surrogates: bytes that are not UTF-8
            pass
    return json_writer.dump(document)
