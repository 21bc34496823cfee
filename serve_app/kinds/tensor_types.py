"""TensorFlow's element types as numpy types, and the TensorProto field that holds each.

The numbers and fields are those of tensorflow/core/framework/types.proto and tensor.proto.
"""

from __future__ import annotations

from dataclasses import dataclass

import ml_dtypes
import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class TensorType:
    """One element type.

    Attributes:
        number: DataType in the protocol.
        name: DataTypeString, TensorFlow's name in messages.
        numpy: The type of an array that is fed to, or fetched from, a session.
        field: The TensorProto field for its values.
        item: How one value lies in that field: the value itself, its 16 bits as an integer
            (half, bfloat16), its real and imaginary part, or one byte of a bytes field (float8).
    """

    number: int
    name: str
    numpy: np.dtype
    field: str
    item: str = "value"

    @property
    def plain(self) -> np.dtype:
        """The numpy type without TensorFlow's wrapping of quantized integers."""
        return self.numpy[0] if self.numpy.names else self.numpy


def _type(
    number: int, name: str, numpy: npt.DTypeLike, field: str, item: str = "value"
) -> TensorType:
    return TensorType(number, name, np.dtype(numpy), field, item)


def _quantized(number: int, name: str, numpy: str) -> TensorType:
    return _type(number, name, [(name, numpy)], "int_val")


_TYPES = (
    _type(1, "float", np.float32, "float_val"),
    _type(2, "double", np.float64, "double_val"),
    _type(3, "int32", np.int32, "int_val"),
    _type(4, "uint8", np.uint8, "int_val"),
    _type(5, "int16", np.int16, "int_val"),
    _type(6, "int8", np.int8, "int_val"),
    _type(7, "string", np.object_, "string_val"),
    _type(8, "complex64", np.complex64, "scomplex_val", "complex"),
    _type(9, "int64", np.int64, "int64_val"),
    _type(10, "bool", np.bool_, "bool_val"),
    _quantized(11, "qint8", "i1"),
    _quantized(12, "quint8", "u1"),
    _quantized(13, "qint32", "i4"),
    _type(14, "bfloat16", ml_dtypes.bfloat16, "half_val", "bits"),
    _quantized(15, "qint16", "i2"),
    _quantized(16, "quint16", "u2"),
    _type(17, "uint16", np.uint16, "int_val"),
    _type(18, "complex128", np.complex128, "dcomplex_val", "complex"),
    _type(19, "half", np.float16, "half_val", "bits"),
    _type(22, "uint32", np.uint32, "uint32_val"),
    _type(23, "uint64", np.uint64, "uint64_val"),
    _type(24, "float8_e5m2", ml_dtypes.float8_e5m2, "float8_val", "byte"),
    _type(25, "float8_e4m3fn", ml_dtypes.float8_e4m3fn, "float8_val", "byte"),
)

TYPE_BY_NUMBER: dict[int, TensorType] = {kind.number: kind for kind in _TYPES}
"""DataType number -> element type. Without resources and variants, which no client can send."""

TYPE_BY_NUMPY: dict[np.dtype, TensorType] = {kind.numpy: kind for kind in _TYPES}
"""Type of an array -> element type."""

QUANTIZED: dict[tuple[str, np.dtype], TensorType] = {
    (kind.name, kind.plain): kind for kind in _TYPES if kind.numpy.names
}
"""DataTypeString and type of an array that a session gave -> quantized type.

A session takes quantized integers as structures and gives them as plain integers.
"""

PLAIN_TYPES: dict[str, np.dtype] = {
    kind.name: kind.numpy for kind in _TYPES if kind.item == "value" and not kind.numpy.names
}
"""DataTypeString -> type of an array, for numbers, text and bool: what has a plain zero."""
