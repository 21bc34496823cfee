"""Whether a gRPC answer is right: rows, shape, type and class of each output."""

from __future__ import annotations

import math
from collections.abc import Mapping

from google.protobuf.message import DecodeError

from foundation.protos.client_predict_pb2 import PredictResponse, Tensor
from loadtest.traffic._check import Fault
from loadtest.traffic._signature import Signature, TensorSpec
from loadtest.traffic._tensor import Values, read_tensor


class TensorCheck:
    """The same promises as `AnswerCheck`, for tensors."""

    def __init__(self, signature: Signature, labels: Mapping[str, frozenset[str]]) -> None:
        self._outputs = signature.outputs
        self._labels = labels

    def message(self, message: bytes, rows: int) -> Fault:
        try:
            outputs = PredictResponse.FromString(message).outputs
        except DecodeError:
            return "the answer is not a PredictResponse"
        if outputs.keys() != self._outputs.keys():
            return "the answer has other outputs than the model"
        for name, spec in self._outputs.items():
            fault = self._fault(name, spec, outputs[name], rows)
            if fault is not None:
                return f"{name}: {fault}"
        return None

    def _fault(self, name: str, spec: TensorSpec, tensor: Tensor, rows: int) -> Fault:
        try:
            values = read_tensor(tensor)
        except ValueError as exc:
            return str(exc)
        return _form_fault(spec, values, rows) or self._value_fault(name, values)

    def _value_fault(self, name: str, values: Values) -> Fault:
        if values.dtype in ("DT_FLOAT", "DT_DOUBLE") and not all(map(math.isfinite, values.flat)):
            return "not a finite number"
        labels = self._labels.get(name)
        if labels is None:
            return None
        wrong = next((value for value in values.flat if str(value) not in labels), None)
        return None if wrong is None else f"{str(wrong)[:40]!r} is not among the classes"


def _form_fault(spec: TensorSpec, values: Values, rows: int) -> Fault:
    if values.dtype != spec.dtype and not values.dtype.isdigit():
        return f"{values.dtype}, expected {spec.dtype}"
    if not values.shape or values.shape[0] != rows:
        return f"{values.shape[0] if values.shape else 'no'} rows in the answer to {rows}"
    if spec.row_shape is not None and not _fits(values.shape[1:], spec.row_shape):
        return f"shape {list(values.shape[1:])}, expected {list(spec.row_shape)}"
    size = math.prod(values.shape)
    is_known = not values.dtype.isdigit()
    return f"{len(values.flat)} values, expected {size}" if is_known and (
        len(values.flat) != size) else None  # fmt: skip


def _fits(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return len(shape) == len(expected) and all(
        want in (-1, got) for got, want in zip(shape, expected, strict=True)
    )
