"""TensorProto to numpy and back, by the rules of TensorFlow's Tensor::FromProto and AsProtoField.

Does without TensorFlow: messages come in from, and are filled in for, the caller.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from foundation.protos.packed_tensor_pb2 import PackedTensor
from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.kinds.tensor_types import (
    QUANTIZED,
    TYPE_BY_NUMBER,
    TYPE_BY_NUMPY,
    TensorType,
)
from serve_app.protocols.tfs.messages.varint_strings import split_strings

if TYPE_CHECKING:
    from tensorflow.core.framework.tensor_pb2 import TensorProto

_MAX_RANK = 64  # numpy's; TensorFlow allows 254
# From about this size on, bytes are faster than one Python object per number.
_PACK_FROM = 64
_PACKED_FIELDS = frozenset({"float_val", "double_val"})


def read_tensor(alias: str, proto: TensorProto, limit_bytes: int) -> np.ndarray:
    """Returns the tensor in `proto`, from its typed field or its tensor_content.

    In a typed field, missing values repeat the last one (none at all: zeros) and extra ones are
    dropped. `alias` is for the error; a message of few bytes can stand for a tensor of terabytes.

    Raises:
        InvalidArgumentError: `tensor parsing error`: no such type, an impossible shape, content
            of another size than type and shape say, or larger than the limit.
        UnimplementedError: Resources, variants and other types that numpy does not have.
    """
    kind = _kind(alias, proto.dtype)
    shape = _shape(alias, proto)
    count = math.prod(shape)
    if count * kind.plain.itemsize > limit_bytes:
        raise InvalidArgumentError(
            f"tensor parsing error: {alias}: shape {list(shape)} needs more than {limit_bytes} "
            "bytes (grpc.max_message_bytes)"
        )
    if proto.tensor_content:
        flat = _from_content(alias, proto.tensor_content, kind, count)
    else:
        flat = _from_field(proto, kind, count)
    if kind.numpy.names:
        flat = flat.view(kind.numpy)
    try:
        return flat.reshape(shape)
    except ValueError as exc:
        raise InvalidArgumentError(f"tensor parsing error: {alias}") from exc


def write_tensor(array: np.ndarray, proto: TensorProto, declared: str = "") -> None:
    """Fills the empty `proto` from `array`: type, shape and every value in the typed field.

    `declared` is the output's DataTypeString; it counts where numpy cannot tell: `qint8`.

    Raises:
        UnimplementedError: The element type has no typed field here.
    """
    kind = QUANTIZED.get((declared, array.dtype)) or TYPE_BY_NUMPY.get(array.dtype)
    if kind is None:
        raise UnimplementedError(f"Tensors of type {array.dtype} cannot be answered")
    proto.dtype = kind.number
    proto.tensor_shape.SetInParent()
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    flat = np.ascontiguousarray(array).reshape(-1)
    if kind.item == "byte":
        proto.float8_val = flat.tobytes()
    elif kind.field in _PACKED_FIELDS and flat.size > _PACK_FROM:
        packed = PackedTensor(**{kind.field: [flat.tobytes()]})
        proto.MergeFromString(packed.SerializeToString())
    else:
        getattr(proto, kind.field).extend(_field_values(flat, kind))


def _field_values(flat: np.ndarray, kind: TensorType) -> list[object]:
    if kind.item == "bits":
        flat = flat.view(np.uint16)
    elif kind.item == "complex":
        flat = flat.view(np.dtype(f"f{kind.numpy.itemsize // 2}"))
    return cast(list[object], flat.tolist())


def _kind(alias: str, number: int) -> TensorType:
    kind = TYPE_BY_NUMBER.get(number)
    if kind is not None:
        return kind
    from tensorflow.core.framework.types_pb2 import DataType

    if number and number in DataType.values():
        raise UnimplementedError(f"{alias}: tensors of type {DataType.Name(number)} cannot be sent")
    raise InvalidArgumentError(f"tensor parsing error: {alias}")


def _shape(alias: str, proto: TensorProto) -> tuple[int, ...]:
    """Returns the shape; an unknown rank reads as no dimensions, as in TensorFlow."""
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    if len(shape) > _MAX_RANK or any(size < 0 for size in shape):
        raise InvalidArgumentError(f"tensor parsing error: {alias}")
    return shape


def _from_content(alias: str, content: bytes, kind: TensorType, count: int) -> np.ndarray:
    if not count:
        return np.empty(0, kind.plain)
    if kind.name == "string":
        strings = split_strings(content, count)
        if strings is None:
            raise InvalidArgumentError(f"tensor parsing error: {alias}")
        return _objects(strings, count)
    if len(content) != count * kind.plain.itemsize:
        raise InvalidArgumentError(f"tensor parsing error: {alias}")
    if kind.name == "bool":
        return np.frombuffer(content, np.uint8).astype(np.bool_)
    return np.frombuffer(content, kind.plain)


def _from_field(proto: TensorProto, kind: TensorType, count: int) -> np.ndarray:
    if kind.name == "string":
        return _repeated_strings(proto.string_val, count)
    values = _numbers(proto, kind)[:count]
    if len(values) == count:
        return values
    full = np.empty(count, kind.plain)
    full[: len(values)] = values
    full[len(values) :] = values[-1] if len(values) else np.zeros((), kind.plain)
    return full


def _numbers(proto: TensorProto, kind: TensorType) -> np.ndarray:
    if kind.item == "byte":
        return np.frombuffer(proto.float8_val, kind.plain)
    field: Sequence[float] = getattr(proto, kind.field)
    if kind.field in _PACKED_FIELDS and len(field) > _PACK_FROM:
        packed = PackedTensor.FromString(proto.SerializeToString())
        return np.frombuffer(b"".join(getattr(packed, kind.field)), kind.plain)
    if kind.item == "bits":
        bits = np.fromiter(field, np.int32, len(field)).astype(np.uint16)
        return bits.view(kind.plain)
    if kind.item == "complex":
        part = np.dtype(f"f{kind.plain.itemsize // 2}")
        return np.fromiter(field, part, len(field) // 2 * 2).view(kind.plain)
    if kind.field == "int_val":
        # 8 and 16-bit values travel as int32 and wrap, as a C++ cast does.
        return np.fromiter(field, np.int32, len(field)).astype(kind.plain)
    return np.fromiter(field, kind.plain, len(field))


def _repeated_strings(values: Sequence[bytes], count: int) -> np.ndarray:
    strings = list(values[:count])
    last = strings[-1] if strings else b""
    return _objects(strings + [last] * (count - len(strings)), count)


def _objects(strings: list[bytes], count: int) -> np.ndarray:
    array = np.empty(count, np.object_)
    array[:] = strings
    return array
