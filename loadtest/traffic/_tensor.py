"""Tensors on the wire of gRPC, from and to rows; without TensorFlow."""

from __future__ import annotations

import array
from dataclasses import dataclass

from foundation.json_types import JsonObject, JsonValue
from foundation.protos.client_predict_pb2 import ModelSpec, PredictRequest, Tensor
from loadtest.errors import TargetError
from loadtest.settings.target import TargetSettings
from loadtest.traffic._check import flat
from loadtest.traffic._signature import Signature, TensorSpec


@dataclass(frozen=True, slots=True)
class _Type:
    """How a dtype travels: its number in tensorflow.DataType and its field of the message.

    `code` is that of Python's array, for values as one block of bytes; empty where that has none.
    """

    number: int
    field: str
    code: str


_TYPES = {
    "DT_FLOAT": _Type(1, "float_val", "f"),
    "DT_DOUBLE": _Type(2, "double_val", "d"),
    "DT_INT32": _Type(3, "int_val", "i"),
    "DT_UINT8": _Type(4, "int_val", "B"),
    "DT_INT16": _Type(5, "int_val", "h"),
    "DT_INT8": _Type(6, "int_val", "b"),
    "DT_STRING": _Type(7, "string_val", ""),
    "DT_INT64": _Type(9, "int64_val", "q"),
    "DT_BOOL": _Type(10, "bool_val", "b"),
    "DT_UINT16": _Type(17, "int_val", "H"),
    "DT_UINT32": _Type(22, "uint32_val", "I"),
    "DT_UINT64": _Type(23, "uint64_val", "Q"),
}
_BY_NUMBER = {each.number: (name, each) for name, each in _TYPES.items()}


def predict_request(
    model: str, signature: Signature, rows: list[JsonObject], target: TargetSettings
) -> bytes:
    """Raises a TargetError for a type that is not sent over gRPC, or rows of unequal shape."""
    spec = ModelSpec(name=model, signature_name=signature.name)
    if target.version is not None:
        spec.version.value = target.version
    if target.label:
        spec.version_label = target.label
    request = PredictRequest(model_spec=spec)
    for name, tensor_spec in signature.inputs.items():
        column = [row[name] for row in rows]
        request.inputs[name].CopyFrom(_tensor(name, column, tensor_spec))
    return request.SerializeToString()


def _tensor(name: str, column: list[JsonValue], spec: TensorSpec) -> Tensor:
    wire = _TYPES.get(spec.dtype)
    if wire is None:
        raise TargetError(
            f"input {name} is {spec.dtype}, which the gRPC users do not send; "
            "use target.protocol=rest"
        )
    tensor = Tensor(dtype=wire.number)
    for size in _shape(column):
        tensor.tensor_shape.dim.add(size=size)
    values = flat(column)
    if wire.field == "string_val":
        values = [str(value).encode() for value in values]
    try:
        getattr(tensor, wire.field).extend(values)
    except (TypeError, ValueError) as exc:
        raise TargetError(f"input {name} ({spec.dtype}): {exc}") from exc
    return tensor


def _shape(value: JsonValue) -> list[int]:
    return [len(value), *_shape(value[0])] if isinstance(value, list) and value else []


@dataclass(frozen=True, slots=True)
class Values:
    """The rows come first in `shape`; `flat` is empty where the type is not known here."""

    dtype: str
    shape: tuple[int, ...]
    flat: list[JsonValue]


def read_tensor(tensor: Tensor) -> Values:
    """In whichever of its two forms it came; raises a ValueError for an incomplete block."""
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    if tensor.dtype not in _BY_NUMBER:
        return Values(str(tensor.dtype), shape, [])
    name, wire = _BY_NUMBER[tensor.dtype]
    if tensor.tensor_content and wire.code:
        return Values(name, shape, array.array(wire.code, tensor.tensor_content).tolist())
    values: list[JsonValue] = list(getattr(tensor, wire.field))
    if wire.field == "string_val":
        values = [value.decode(errors="replace") for value in values]
    return Values(name, shape, _filled(values, shape))


def _filled(values: list[JsonValue], shape: tuple[int, ...]) -> list[JsonValue]:
    """A tensor may end in a value that stands for all that follow."""
    size = 1
    for dim in shape:
        size *= dim
    return values + values[-1:] * (size - len(values))
