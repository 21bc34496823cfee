"""Statistics of the training rows, frozen as literals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from bqml_export.embedded.functions._scalers import SCALERS
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.arguments import Arguments
from bqml_export.sql.tokens import read_sql

if TYPE_CHECKING:
    from bqml_export.embedded.ml.data.table import Value


def frozen(name: str, arguments: tuple[str, ...], values: list[Value]) -> list[str]:
    """Returns the literals of the statistics."""
    given = Arguments(name, tuple(map(read_sql, arguments)))
    return list(SCALERS[name](given).freeze(values).values())


def floats(*values: float) -> list[str]:
    """Returns FLOAT64 literals."""
    return [f"CAST('{value!r}' AS FLOAT64)" for value in values]


@pytest.mark.parametrize(
    ("name", "arguments", "values", "expected"),
    [
        ("STANDARD_SCALER", ("x",), [1, None, 3], floats(2.0, math.sqrt(2))),
        ("STANDARD_SCALER", ("x",), [4, 4], floats(4.0, 1.0)),
        ("MIN_MAX_SCALER", ("x",), [1.5, -2, None], floats(-2.0, 1.5)),
        ("MAX_ABS_SCALER", ("x",), [1.5, -2], floats(2.0)),
        ("ROBUST_SCALER", ("x",), [1, 2, 3, 4, 5], floats(3.0, 2.0, 4.0)),
        ("QUANTILE_BUCKETIZE", ("x", "3"), [5, 4, 3, 2, 1], floats(2.0, 4.0)),
        ("QUANTILE_BUCKETIZE", ("x", "4"), [7, 7, 7], floats(7.0)),
        ("IMPUTER", ("x", "'median'"), [1, 2, 9, None], floats(2.0)),
        ("IMPUTER", ("x", "'most_frequent'"), ["b", "a'", "a'", None], [r"'a\''"]),
        ("IMPUTER", ("x", "'most_frequent'"), [3, 3, 4], ["3"]),
        ("IMPUTER", ("x", "'most_frequent'"), [0.1, 0.1, None], floats(0.1)),
        ("IMPUTER", ("x", "'most_frequent'"), [True, True, False], ["TRUE"]),
    ],
)
def test_statistics_are_those_of_the_training_rows(
    name: str, arguments: tuple[str, ...], values: list[Value], expected: list[str]
) -> None:
    """NULL is left out; a constant column does not divide by zero; literals are exact."""
    assert frozen(name, arguments, values) == expected


@pytest.mark.parametrize(
    ("name", "arguments", "values", "named"),
    [
        ("STANDARD_SCALER", ("x",), [None], "at least one number"),
        ("MIN_MAX_SCALER", ("x",), ["a"], "takes a numeric column"),
        ("MAX_ABS_SCALER", ("x",), [math.inf], "no NaN or infinity"),
        ("ROBUST_SCALER", ("x", "[75, 25]"), [1], "quantile range"),
        ("QUANTILE_BUCKETIZE", ("x", "0"), [1], "number of buckets"),
        ("IMPUTER", ("x", "'mode'"), [1], "strategy must be one of"),
        ("IMPUTER", ("x", "'most_frequent'"), [None], "every training row is NULL"),
    ],
)
def test_what_has_no_statistics_is_refused_by_name(
    name: str, arguments: tuple[str, ...], values: list[Value], named: str
) -> None:
    """The message names the function and what is wrong."""
    with pytest.raises(InvalidQueryError, match=f"ML.{name}.*{named}"):
        frozen(name, arguments, values)
