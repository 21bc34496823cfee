"""How the values of numeric and categorical columns are read."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bqml_export.embedded.ml.data.columns import (
    category,
    category_bytes,
    display_number,
    numbers,
)
from bqml_export.embedded.ml.data.table import Value
from bqml_export.errors import InvalidQueryError


def test_numbers_keep_null_apart() -> None:
    """NULL is NaN in the array; every other value is its double."""
    result = numbers("x", [1, None, 2.5])
    assert np.isnan(result).tolist() == [False, True, False]
    assert result[[0, 2]].tolist() == [1.0, 2.5]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "many"])
def test_value_that_is_no_finite_number_is_refused_by_column(value: Value) -> None:
    """NaN and infinity would spread over every weight."""
    with pytest.raises(InvalidQueryError, match="Column x holds"):
        numbers("x", [1.0, value])


@pytest.mark.parametrize(
    ("value", "type_", "sent"),
    [
        (True, "BOOL", b"true"),
        (False, "BOOL", b"false"),
        ("größe", "STRING", "größe".encode()),
        (b"\x00\xff", "BYTES", b"\x00\xff"),
        ("2020-09-27", "DATE", b"2020-09-27"),
    ],
)
def test_category_is_what_a_request_carries(value: Value, type_: str, sent: bytes) -> None:
    """The vocabulary holds the very bytes that a request to the exported model sends."""
    assert category_bytes(type_, category(value)) == sent


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (-2.5, "-2.5"), (1e300, "1e+300")])
def test_numbers_are_shown_as_cast_to_string(value: float, text: str) -> None:
    """A whole FLOAT64 has no decimals as a label."""
    assert display_number(value) == text
