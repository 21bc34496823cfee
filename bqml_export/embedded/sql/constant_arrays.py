"""Arrays of numbers written as constants: [0.1, 0.2] and GENERATE_ARRAY(0, 1, 0.1)."""

from __future__ import annotations

import math

from bqml_export.embedded.sql.options import parse_value
from bqml_export.embedded.sql.tokens import split, tokenize, words
from bqml_export.errors import InvalidQueryError

_MOST_ELEMENTS = 100_000


def constant_array(text: str) -> tuple[float, ...]:
    """Returns the numbers.

    Raises:
        InvalidQueryError: It is no array of numeric constants.
    """
    tokens = tokenize(text)
    if words(tokens, 0, 2) == ("GENERATE_ARRAY", "("):
        runs = split(tokens[2:-1], ",")
        return _series([_number(text[run[0].start : run[-1].end]) for run in runs])
    values = parse_value(text)
    if not isinstance(values, list):
        raise InvalidQueryError(f"{text} is not an array of numbers")
    return tuple(_checked(value) for value in values)


def _number(text: str) -> float:
    return _checked(parse_value(text))


def _checked(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidQueryError(f"{value!r} is not a number")
    return float(value)


def _series(bounds: list[float]) -> tuple[float, ...]:
    """Returns GENERATE_ARRAY(start, end[, step])."""
    if not 2 <= len(bounds) <= 3:
        raise InvalidQueryError("GENERATE_ARRAY takes a start, an end and a step")
    start, end, step = (*bounds, 1.0)[:3]
    if step == 0:
        raise InvalidQueryError("Sequence step cannot be 0")
    # A tiny share of a step keeps the end that rounding would lose: (0.6 - 0.4) / 0.1 < 2.
    count = math.floor((end - start) / step + 1e-9) + 1
    if count > _MOST_ELEMENTS:
        raise InvalidQueryError(f"GENERATE_ARRAY has more than {_MOST_ELEMENTS} elements")
    return tuple(start + i * step for i in range(max(count, 0)))
