"""Whether an answer is right: as many rows as were sent, each with the shape, type and class."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

import orjson

from foundation.json_types import JsonValue
from loadtest.traffic._signature import Signature, TensorSpec

Fault: TypeAlias = str | None
ValueCheck: TypeAlias = Callable[[JsonValue], Fault]
NOT_JSON = "the answer is not JSON"
NO_PREDICTIONS = "the answer has no predictions"
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "float": (float, int),
    "int": (int,),
    "bool": (bool,),
    "string": (str,),
}


class AnswerCheck:
    """Takes a few microseconds; `labels`: output -> the classes that it may name."""

    def __init__(self, signature: Signature, labels: Mapping[str, frozenset[str]]) -> None:
        self._checks = {
            name: _value_check(spec, labels.get(name)) for name, spec in signature.outputs.items()
        }
        # TensorFlow Serving writes a row of one output without its name.
        self._only = next(iter(self._checks)) if len(self._checks) == 1 else None

    def body(self, body: bytes, rows: int) -> Fault:
        try:
            answer = orjson.loads(body)
        except ValueError:
            # TensorFlow Serving writes NaN and Infinity as bare words, which strict parsers refuse.
            try:
                answer = json.loads(body)
            except ValueError:
                return NOT_JSON
        return self.answer(answer, rows)

    def answer(self, answer: JsonValue, rows: int) -> Fault:
        predictions = answer.get("predictions") if isinstance(answer, dict) else None
        if not isinstance(predictions, list):
            return NO_PREDICTIONS
        if len(predictions) != rows:
            return f"{len(predictions)} rows in the answer to {rows}"
        for row in predictions:
            fault = self._row(row)
            if fault is not None:
                return fault
        return None

    def _row(self, row: JsonValue) -> Fault:
        checks = self._checks
        if self._only is not None:
            fault = checks[self._only](row)
            return None if fault is None else f"{self._only}: {fault}"
        if not isinstance(row, dict) or row.keys() != checks.keys():
            return "a row of the answer has other outputs than the model"
        for name, check in checks.items():
            fault = check(row[name])
            if fault is not None:
                return f"{name}: {fault}"
        return None


def _value_check(spec: TensorSpec, labels: frozenset[str] | None) -> ValueCheck:
    scalar = _label_check(labels) if labels is not None else _scalar_check(spec)
    if spec.row_shape is None:
        return lambda _value: None
    check = scalar
    for size in reversed(spec.row_shape):
        check = _list_check(size, check)
    return check


def _list_check(size: int, item_check: ValueCheck) -> ValueCheck:
    def check(value: JsonValue) -> Fault:
        if not isinstance(value, list):
            return "a value is not a list"
        if size not in (-1, len(value)):
            return f"{len(value)} values, expected {size}"
        for item in value:
            fault = item_check(item)
            if fault is not None:
                return fault
        return None

    return check


def _scalar_check(spec: TensorSpec) -> ValueCheck:
    types = _PYTHON_TYPES.get(spec.kind)
    if types is None:
        return lambda _value: None
    if spec.kind == "float":
        return _finite
    return lambda value: None if type(value) in types else f"not of type {spec.dtype}"


def _finite(value: JsonValue) -> Fault:
    if type(value) is float or type(value) is int:
        return None if math.isfinite(value) else "not a finite number"
    return "not a number"


def _label_check(labels: frozenset[str]) -> ValueCheck:
    def check(value: JsonValue) -> Fault:
        if isinstance(value, str | int | float) and (value in labels or str(value) in labels):
            return None
        return f"{str(value)[:40]!r} is not among the classes"

    return check


def classes(signature: Signature, answer: JsonValue) -> dict[str, frozenset[str]]:
    row = answer["predictions"][0]
    return {
        name: frozenset(map(str, flat(row[values])))
        for name, values in signature.label_outputs().items()
    }


def flat(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        return [value]
    return [item for part in value for item in flat(part)]
