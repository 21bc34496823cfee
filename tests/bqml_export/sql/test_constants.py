"""Arrays of constants in ML.ROC_CURVE."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError
from bqml_export.sql._constants import read_numbers
from bqml_export.sql.tokens import read_sql


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("[0.1, 1]", (0.1, 1.0)),
        ("[]", ()),
        ("GENERATE_ARRAY(0.4, 0.6, 0.1)", (0.4, 0.5, 0.6)),
        ("GENERATE_ARRAY(1, 3)", (1, 2, 3)),
        ("GENERATE_ARRAY(3, 1, -1)", (3, 2, 1)),
        ("GENERATE_ARRAY(3, 1)", ()),
    ],
)
def test_numbers_are_those_of_bigquery(text: str, numbers: tuple[float, ...]) -> None:
    """The end belongs to a series, also where rounding would lose it."""
    assert read_numbers(read_sql(text)) == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("['a']", "'a' is not a number"),
        ("0.5", "is not an array"),
        ("GENERATE_ARRAY(1)", "takes a start"),
        ("GENERATE_ARRAY(1, 2, 0)", "step cannot be 0"),
        ("GENERATE_ARRAY(1, x)", "not a constant"),
        ("GENERATE_ARRAY(0, 1, 0.0000001)", "more than 100000"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(text: str, named: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(InvalidQueryError, match=named):
        read_numbers(read_sql(text))
