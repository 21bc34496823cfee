"""How error messages quote JSON values."""

from __future__ import annotations

from typing import Any

import pytest

from serve_app.protocols.tfs.json.debug_text import debug_text, type_word
from serve_app.protocols.tfs.json.json_parser import parse

PRINTED = [
    ("null", "null"),
    ("true", "true"),
    ("-1", "-1"),
    ("18446744073709551615", "18446744073709551615"),
    ("-9223372036854775809", "-9223372036854776000.0"),
    ("5e0", "5.0"),
    ("1e-7", "1e-7"),
    ("[1, 2]", "[1, 2]"),
    ("[]", "[]"),
    ("{}", "{}"),
    ("[[], {}]", "[[], {}]"),
    ('{"b64": "AAAA"}', '{\n    "b64": "AAAA"\n}'),
    ('{"i": [], "o": {}}', '{\n    "i": [],\n    "o": {}\n}'),
    ('{"a": 1, "a": 2}', '{\n    "a": 1,\n    "a": 2\n}'),
    ('[{"a": {"b": 1}}]', '[{\n        "a": {\n            "b": 1\n        }\n    }]'),
    ('"a\\nb\\u0001\\u0000\\"\\\\/"', '"a\\nb\\u0001\\u0000\\"\\\\/"'),
    ('"h\\u00e9\\u007f"', '"hé\x7f"'),
    ("[1.5, NaN, 2]", "[1.5, "),
    ('{"a": 1, "b": -Infinity, "c": 2}', '{\n    "a": 1,\n    "b": '),
    ("NaN", ""),
]


@pytest.mark.parametrize(("text", "printed"), PRINTED)
def test_is_a_pretty_print_with_lists_on_one_line(text: str, printed: str) -> None:
    """As RapidJSON's PrettyWriter prints, ending where JSON cannot express a value."""
    value: Any = parse(text.encode())
    assert debug_text(value) == printed


@pytest.mark.parametrize(
    ("value", "length"),
    [
        (["x" * 300, "y"], 1 + 302),
        (["x" * 253, "y"], 1 + 255),
        (["x" * 252, "y", "z"], 1 + 254 + 5),
        (["é" * 127, "y"], 1 + 129),
        ({"k" * 300: 1}, len("{\n    ") + 302),
    ],
)
def test_stops_with_the_token_that_passes_256_bytes(value: object, length: int) -> None:
    """Bytes count, and a token is never cut."""
    assert len(debug_text(value)) == length


def test_a_long_list_is_cut_behind_an_item() -> None:
    """With the separator before the next one not yet printed."""
    text = debug_text(list(range(100_000)))
    assert text == f"[{', '.join(map(str, range(67)))}"


def test_a_deep_value_is_printed_without_recursing_to_its_ground() -> None:
    """The limit ends the descent."""
    assert debug_text(parse(b"[" * 100_000 + b"]" * 100_000)) == "[" * 256


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("null", "Null"), ("true", "True"), ("false", "False"), ("{}", "Object"), ("[]", "Array"),
        ('""', "String"), ("1", "Number"), ("1.5", "Number"), ("NaN", "Number"),
    ],
)  # fmt: skip
def test_types_have_rapidjsons_names(text: str, word: str) -> None:
    """True and false are types of their own."""
    assert type_word(parse(text.encode())) == word
