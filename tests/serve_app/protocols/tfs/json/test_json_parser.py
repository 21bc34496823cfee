"""RapidJSON's dialect, as TensorFlow Serving sets it up."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.json_types import Json
from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.json import rapid_json
from serve_app.protocols.tfs.json.json_parser import parse

JSON_VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)

ACCEPTED = [
    (b'{"a": 1} garbage', {"a": 1}),
    (b"\xef\xbb\xbf[1]", [1]),
    (b'{"a": 1, "a": 2}', {"a": 1}),
    (b"[1, 1.0, 1e2]", [1, 1.0, 100.0]),
    (b"[Inf, -Inf, Infinity, -Infinity]", [math.inf, -math.inf, math.inf, -math.inf]),
    (b"18446744073709551615", 2**64 - 1),
    (b"18446744073709551616", float(2**64)),
    (b'"\\ud83d\\ude00"', "\U0001f600"),
    (b'"a\xffb"', "a\udcffb"),
    (b"\n\t 7", 7),
]

REFUSED = [
    (b"", "The document is empty"),
    (b"  ", "The document is empty. at offset: 2"),
    (b"[1,]", "Invalid value. at offset: 3"),
    (b"[1 2]", "Missing a comma or ']' after an array element. at offset: 3"),
    (b'{"a" 1}', "Missing a colon after a name of object member. at offset: 5"),
    (b'{"a": 1 "b"', "Missing a comma or '}' after an object member. at offset: 8"),
    (b"{a: 1}", "Missing a name for object member. at offset: 1"),
    (b'{"instances":[{"sepal_length":5.0,', "Missing a name for object member. at offset: 34"),
    (b'"abc', "Missing a closing quotation mark in string."),
    (b"[1.]", "Miss fraction part in number. at offset: 3"),
    (b"[1e]", "Miss exponent in number. at offset: 3"),
    (b'["\\x"]', "Invalid escape character in string. at offset: 2"),
    (b'["\\ud800"]', "The surrogate pair in string is invalid. at offset: 2"),
    (b"1e400", "Number too big to be stored in double. at offset: 0"),
    (b'["a\nb"]', "Invalid escape character in string. at offset: 3"),
    (b"+1", "Invalid value. at offset: 0"),
    (b"'a'", "Invalid value. at offset: 0"),
]


@pytest.mark.parametrize(("body", "value"), ACCEPTED)
def test_reads_what_rapidjson_reads(body: bytes, value: Json) -> None:
    """The dialect's liberties are read, with the types kept apart."""
    found = parse(body)
    assert found == value
    assert type(found) is type(value) or isinstance(found, dict)


@pytest.mark.parametrize(("body", "text"), REFUSED)
def test_refuses_with_rapidjsons_words_and_offset(body: bytes, text: str) -> None:
    """A client that matches on TensorFlow Serving's texts keeps working."""
    with pytest.raises(InvalidArgumentError) as caught:
        parse(body)
    assert str(caught.value).startswith(f"JSON Parse error: {text}")


def test_reads_nan() -> None:
    """NaN is a number here."""
    assert math.isnan(parse(b"NaN"))  # type: ignore[arg-type]


def test_depth_is_not_limited() -> None:
    """A deep body is read, where a recursive parser would fail."""
    depth = 200_000
    value = parse(b"[" * depth + b"]" * depth)
    for _ in range(depth - 1):
        assert isinstance(value, list)
        value = value[0]
    assert value == []


def test_keeps_every_pair_of_a_duplicate_key() -> None:
    """The row format needs them: see rows."""
    value = parse(b'{"x": 1, "x": 9}')
    assert isinstance(value, rapid_json.Members)
    assert value.pairs == [("x", 1), ("x", 9)]


@given(JSON_VALUES)
def test_both_parsers_agree_on_ordinary_json(value: Json) -> None:
    """The exact parser and the fast one read the same values."""
    body = json.dumps(value).encode()
    assert rapid_json.parse(body) == json.loads(body) == parse(body)


@given(st.binary(max_size=40))
def test_any_bytes_give_a_value_or_a_clear_error(body: bytes) -> None:
    """No input makes the parser fail in any other way."""
    try:
        parse(body)
    except InvalidArgumentError as error:
        assert "JSON Parse error" in str(error)  # noqa: PT017 - the other outcome is fine as well
