"""Type and range of one CREATE MODEL option: from the SQL value to the Python value, or refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NoReturn, TypeAlias

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.values import OptionValue, StructValue, describe_value

ClassWeights: TypeAlias = tuple[tuple[str | int | float | bool, float], ...]
Setting: TypeAlias = str | int | float | bool | tuple[str, ...] | ClassWeights
Reader: TypeAlias = Callable[[str, OptionValue], Setting]


def _refuse(name: str, expected: str, value: OptionValue) -> NoReturn:
    raise InvalidQueryError(
        f"Option {name.upper()} must be {expected}, but got {describe_value(value)}."
    )


def boolean(name: str, value: OptionValue) -> bool:
    if not isinstance(value, bool):
        _refuse(name, "TRUE or FALSE", value)
    return value


def text(name: str, value: OptionValue) -> str:
    if not isinstance(value, str) or not value:
        _refuse(name, "a non-empty STRING", value)
    return value


def one_column(name: str, value: OptionValue) -> tuple[str, ...]:
    """Returns the label column of INPUT_LABEL_COLS, an array of exactly one column name."""
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], str):
        _refuse(name, "an ARRAY of exactly one column name such as ['species']", value)
    return (text(name, value[0]),)


def one_of(*choices: str) -> Reader:
    """Returns a reader of an enumerated STRING; case does not matter."""

    def read(name: str, value: OptionValue) -> str:
        if not isinstance(value, str) or value.upper() not in choices:
            _refuse(name, f"one of {', '.join(map(repr, choices))}", value)
        return value.upper()

    return read


def integer(lowest: int) -> Reader:
    def read(name: str, value: OptionValue) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
            _refuse(name, f"an INT64 of at least {lowest}", value)
        return value

    return read


def number(
    *, above: float = -math.inf, at_least: float = -math.inf, below: float = math.inf
) -> Reader:
    """Returns a reader of a finite FLOAT64 (an INT64 literal is coerced) within the bounds."""
    bounds = [(">", above), (">=", at_least), ("<", below)]
    wanted = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if math.isfinite(bound))

    def read(name: str, value: OptionValue) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            _refuse(name, f"a FLOAT64 {wanted}", value)
        result = float(value)
        if not (math.isfinite(result) and above < result < below and result >= at_least):
            _refuse(name, f"a FLOAT64 {wanted}", value)
        return result

    return read


def class_weights(name: str, value: OptionValue) -> ClassWeights:
    """Returns CLASS_WEIGHTS, an array of STRUCT(label, weight), labels distinct."""
    if not isinstance(value, list) or not value:
        _refuse(name, "an ARRAY of STRUCT(label, weight)", value)
    weights = tuple(_class_weight(name, item) for item in value)
    if len({label for label, _ in weights}) < len(weights):
        _refuse(name, "an ARRAY with each label once", value)
    return weights


def _class_weight(name: str, value: OptionValue) -> tuple[str | int | float | bool, float]:
    if not isinstance(value, StructValue) or len(value.values) != 2:
        _refuse(name, "an ARRAY of STRUCT(label, weight)", value)
    label, weight = value.values
    if not isinstance(label, str | int | float | bool):
        _refuse(name, "an ARRAY of STRUCT(label, weight) with a plain label", value)
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        _refuse(name, "an ARRAY of STRUCT(label, weight) with a numeric weight", value)
    if not (math.isfinite(weight) and weight > 0):
        _refuse(name, "an ARRAY of STRUCT(label, weight) with weights above 0", value)
    return label, float(weight)
