"""Which columns are features, and how their values are read."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bqml_export.embedded.ml.columns import (
    category,
    category_bytes,
    display_number,
    flat_values,
    flatten,
    numbers,
)
from bqml_export.embedded.ml.table import Field, Table, Value
from bqml_export.errors import InvalidQueryError, NotSupportedError

PLACE = Field("place", "STRUCT", fields=(Field("lat", "FLOAT64"), Field("town", "STRING")))


def test_struct_becomes_one_column_per_field() -> None:
    """STRUCT s with the field f is the column s_f, NULL where the STRUCT is NULL."""
    table = Table((PLACE,), {"place": [{"lat": 1.5, "town": "a"}, None]}, 2)
    assert [f.name for f in flatten([PLACE])] == ["place_lat", "place_town"]
    assert flat_values(table, [PLACE]) == {"place_lat": [1.5, None], "place_town": ["a", None]}


@pytest.mark.parametrize(
    ("field", "error", "named"),
    [
        (Field("t", "TIMESTAMP"), NotSupportedError, "column t is a TIMESTAMP.*EXTRACT"),
        (Field("g", "GEOGRAPHY"), NotSupportedError, "column g is a GEOGRAPHY"),
        (Field("a", "INT64", "REPEATED"), NotSupportedError, "column a is an ARRAY"),
        (Field("j", "JSON"), InvalidQueryError, "column j has the type JSON"),
        (Field("s", "STRUCT", fields=(PLACE,)), InvalidQueryError, "s.place is a STRUCT within"),
        (
            Field("s", "STRUCT", fields=(Field("a", "INT64", "REPEATED"),)),
            NotSupportedError,
            "column a is an ARRAY",
        ),
    ],
)
def test_column_that_cannot_be_exported_is_refused_by_name(
    field: Field, error: type[Exception], named: str
) -> None:
    """The message names the column and its type before any training starts."""
    with pytest.raises(error, match=named):
        flatten([Field("x", "INT64"), field])


def test_struct_field_may_not_take_the_name_of_a_column() -> None:
    """place.lat and place_lat would be the same input of the exported model."""
    with pytest.raises(InvalidQueryError, match="place_lat"):
        flatten([PLACE, Field("place_lat", "FLOAT64")])


def test_parametrised_numeric_is_a_number() -> None:
    """NUMERIC(10, 2) is NUMERIC."""
    assert flatten([Field("p", "NUMERIC(10, 2)")]) == (Field("p", "NUMERIC(10, 2)"),)


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
