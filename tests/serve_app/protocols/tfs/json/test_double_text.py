"""Doubles as RapidJSON prints them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.protocols.tfs.json.double_text import double_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"), (-0.0, "-0.0"), (5.0, "5.0"), (-1.5, "-1.5"), (1e16, "10000000000000000.0"),
        (1e20, "100000000000000000000.0"), (1e21, "1e21"), (1.5e22, "1.5e22"), (1e300, "1e300"),
        (0.1, "0.1"), (1e-5, "0.00001"), (1.5e-6, "0.0000015"), (1e-7, "1e-7"),
        (1.25e-10, "1.25e-10"), (5e-324, "5e-324"), (123456.789, "123456.789"),
    ],
)  # fmt: skip
def test_prints_plain_digits_where_they_are_few(value: float, text: str) -> None:
    """Up to 21 in front of the point and 5 zeros behind it."""
    assert double_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_reads_back_to_the_same_value(value: float) -> None:
    """Sign of zero included."""
    assert repr(float(double_text(value))) == repr(value)
