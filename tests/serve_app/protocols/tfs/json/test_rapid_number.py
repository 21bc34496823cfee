"""Numbers as RapidJSON 1.1.0 reads them, and where it sees the fault in what is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.json.rapid_number import Number, read_number

READ: list[tuple[str, Number, int]] = [
    ("0", 0, 1),
    ("-0", 0, 2),
    ("-0.0", -0.0, 4),
    ("01", 0, 1),
    ("12,", 12, 2),
    ("1.5e3x", 1500.0, 5),
    ("1E+2", 100.0, 4),
    ("9223372036854775808", 2**63, 19),
    ("18446744073709551615", 2**64 - 1, 20),
    ("18446744073709551616", 2.0**64, 20),
    ("-9223372036854775808", -(2**63), 20),
    ("-9223372036854775809", -(2.0**63), 20),
    ("1e308", 1e308, 5),
    ("1.8e308", math.inf, 7),
    ("-10e308", -math.inf, 7),
    ("1.0e309", math.inf, 7),
    ("0.0001e312", 1e308, 10),
    ("1e-400", 0.0, 6),
    ("1e-99999999999", 0.0, 14),
    ("1" + "0" * 308, 1e308, 309),
    ("Inf", math.inf, 3),
    ("-Infinity", -math.inf, 9),
    ("Info", math.inf, 3),
]

REFUSED = [
    ("", "Invalid value. at offset: 0"),
    ("-", "Invalid value. at offset: 1"),
    ("+1", "Invalid value. at offset: 0"),
    (".5", "Invalid value. at offset: 0"),
    ("-x", "Invalid value. at offset: 1"),
    ("1.", "Miss fraction part in number. at offset: 2"),
    ("1.e5", "Miss fraction part in number. at offset: 2"),
    ("1e", "Miss exponent in number. at offset: 2"),
    ("1e+", "Miss exponent in number. at offset: 3"),
    ("1e309", "Number too big to be stored in double. at offset: 0"),
    ("0e309", "Number too big to be stored in double. at offset: 0"),
    ("1.0e310", "Number too big to be stored in double. at offset: 0"),
    ("123456789012345678.0e309", "Number too big to be stored in double. at offset: 0"),
    ("1e99999999999999999999999", "Number too big to be stored in double. at offset: 0"),
    ("1" + "0" * 309, "Number too big to be stored in double. at offset: 0"),
    ("N", "Invalid value. at offset: 1"),
    ("Nan", "Invalid value. at offset: 2"),
    ("nan", "Invalid value. at offset: 0"),
    ("-In", "Invalid value. at offset: 3"),
    ("Infini", "Invalid value. at offset: 6"),
    ("Infinite", "Invalid value. at offset: 7"),
]


@pytest.mark.parametrize(("text", "value", "end"), READ)
def test_reads_the_longest_number(text: str, value: Number, end: int) -> None:
    """Integer tokens stay integers as long as 64 bits hold them."""
    found, stop = read_number(text.encode(), 0)
    assert (repr(found), stop) == (repr(value), end)


def test_reads_nan() -> None:
    """With a minus, too."""
    assert math.isnan(read_number(b"-NaN", 0)[0])


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_refuses_where_rapidjson_does(text: str, words: str) -> None:
    """Words and offset."""
    with pytest.raises(InvalidArgumentError) as caught:
        read_number(text.encode(), 0)
    assert str(caught.value) == f"JSON Parse error: {words}"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_are_read_to_the_last_bit(value: float) -> None:
    """RapidJSON may be 3 units in the last place off; we need not be."""
    assert read_number(repr(value).encode(), 0) == (value, len(repr(value)))
