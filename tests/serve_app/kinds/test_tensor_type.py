"""TensorFlow's names of element types."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest

from serve_app.kinds.tensor_type import enum_name, type_name


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (np.float32, "float"), (np.float64, "double"), (np.float16, "half"), (np.int8, "int8"),
        (np.uint64, "uint64"), (np.bool_, "bool"), (np.object_, "string"),
        (ml_dtypes.bfloat16, "bfloat16"), (np.complex64, "complex64"), ([("qint8", "i1")], "qint8"),
        (ml_dtypes.int4, "int4"),
    ],
)  # fmt: skip
def test_names_are_tensorflows(dtype: npt.DTypeLike, name: str) -> None:
    """Not numpy's."""
    array = np.zeros(1, dtype)
    assert (type_name(array), enum_name(array)) == (name, f"DT_{name.upper()}")
