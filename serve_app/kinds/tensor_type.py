"""TensorFlow's names of the element types that numpy arrays hold."""

from __future__ import annotations

import numpy as np

from serve_app.kinds.tensor_types import TYPE_BY_NUMPY


def type_name(array: np.ndarray) -> str:
    """Returns DataTypeString of the array's elements: `float`, `half`, `string`, `qint8`, ..."""
    kind = TYPE_BY_NUMPY.get(array.dtype)
    return kind.name if kind is not None else array.dtype.name


def enum_name(array: np.ndarray) -> str:
    """Returns the name of the DataType enum's value: `DT_FLOAT`, `DT_HALF`, `DT_STRING`, ..."""
    return f"DT_{type_name(array).upper()}"
