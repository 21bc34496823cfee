"""TensorFlow element types that JSON can express, with the JSON values that each accepts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from serve_app.kinds.tensor_types import TYPE_BY_NUMBER


@dataclass(frozen=True, slots=True)
class JsonType:
    """How values of one element type are read from JSON.

    Attributes:
        numpy: The numpy type of the tensor; strings are objects of type bytes.
        python: The exact Python types of an acceptable JSON value (bool is no int here).
        low: The least integer accepted; only for integer types.
        high: The greatest integer accepted.
    """

    numpy: npt.DTypeLike
    python: frozenset[type]
    low: int = 0
    high: int = 0


_NUMBER = frozenset({int, float})
_INTEGER = frozenset({int})
_INT32 = (-(2**31), 2**31 - 1)

JSON_TYPES: dict[str, JsonType] = {
    "float": JsonType(np.float32, _NUMBER),
    "double": JsonType(np.float64, _NUMBER),
    # TensorFlow Serving reads 8 and 16 bit integers as int32 and lets them wrap; it has
    # forgotten uint16.
    "int8": JsonType(np.int8, _INTEGER, *_INT32),
    "int16": JsonType(np.int16, _INTEGER, *_INT32),
    "uint8": JsonType(np.uint8, _INTEGER, *_INT32),
    "int32": JsonType(np.int32, _INTEGER, *_INT32),
    "int64": JsonType(np.int64, _INTEGER, -(2**63), 2**63 - 1),
    "uint32": JsonType(np.uint32, _INTEGER, 0, 2**32 - 1),
    "uint64": JsonType(np.uint64, _INTEGER, 0, 2**64 - 1),
    "bool": JsonType(np.bool_, frozenset({bool})),
    "string": JsonType(np.object_, frozenset({str})),
}
"""DataTypeString -> how JSON fills it (util/json_tensor.cc, AddValueToTensor)."""

EMPTY_TYPES: dict[str, np.dtype] = {kind.name: kind.numpy for kind in TYPE_BY_NUMBER.values()}
"""DataTypeString -> numpy type, also where no JSON value fits: a tensor may have no values."""


def to_array(values: list[object], dtype: str) -> np.ndarray:
    """Returns checked leaf values as a rank-1 tensor of `dtype`.

    Floats beyond float32 become infinite and 8/16-bit integers wrap, as in TensorFlow Serving.
    """
    if not values:
        return np.empty(0, EMPTY_TYPES[dtype])
    kind = JSON_TYPES[dtype]
    if dtype == "string":
        array = np.empty(len(values), dtype=np.object_)
        array[:] = values
        return array
    if kind.high == _INT32[1]:
        return np.array(values, dtype=np.int64).astype(kind.numpy)
    with np.errstate(over="ignore"):
        if kind.numpy is np.float32:
            # Through float64, as C++ does: large Python integers would else raise.
            return np.array([float(v) for v in values], dtype=np.float64).astype(np.float32)  # type: ignore[arg-type]
        return np.array(values, dtype=kind.numpy)
