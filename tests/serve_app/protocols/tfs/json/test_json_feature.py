"""Features from JSON: their kinds, and TensorFlow Serving's words for what is none."""

from __future__ import annotations

from typing import Any

import pytest

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.json.json_feature import read_example
from serve_app.protocols.tfs.json.json_parser import parse
from serve_app.protocols.tfs.messages.tf_example import Feature, write_example

KINDS: list[tuple[str, Feature]] = [
    ("2", Feature("int64", [2])),
    ("-9223372036854775808", Feature("int64", [-(2**63)])),
    ("9223372036854775807", Feature("int64", [2**63 - 1])),
    ("true", Feature("int64", [1])),
    ("[false, 7, true]", Feature("int64", [0, 7, 1])),
    ("2.0", Feature("float", [2.0])),
    ("2e0", Feature("float", [2.0])),
    ("[Infinity, -Inf]", Feature("float", [float("inf"), float("-inf")])),
    ("18446744073709551616", Feature("float", [2.0**64])),
    ('"h\\u00e9"', Feature("bytes", ["hé".encode()])),
    ('["a", {"b64": "AP8="}]', Feature("bytes", [b"a", b"\x00\xff"])),
    ("[]", Feature(None, [])),
]

REFUSED = [
    ('{"x": null}', "Feature: x has element with unexpected JSON type: Null"),
    ('{"x": [[1]]}', "Feature: x has element with unexpected JSON type: Array"),
    ('{"x": {"a": 1}}', "Feature: x has element with unexpected JSON type: Object"),
    ('{"x": {"b64": 1}}', "Feature: x has element with unexpected JSON type: Object"),
    ('{"x": 9223372036854775808}', "Feature: x has uint64_t element. Only int64_t is supported."),
    ('{"x": [1, 2.0]}', "Unexpected element type in feature: x expecting type: int64"),
    ('{"x": [2.0, 1]}', "Unexpected element type in feature: x expecting type: float"),
    ('{"x": ["a", true]}', "Unexpected element type in feature: x expecting type: bytes"),
    ('{"x": [1, "a"]}', "Unexpected element type in feature: x expecting type: int64"),
    ('{"x": [1.5, 9223372036854775808]}', "Unexpected element type in feature: x expecting type: "),
    ('{"x": {"b64": "_-8="}}', "Unable to base64 decode"),
    ("[]", "Example must be JSON object but got JSON Array"),
    ('"a"', "Example must be JSON object but got JSON String"),
    ("1", "Example must be JSON object but got JSON Number"),
    ("null", "Example must be JSON object but got JSON Null"),
    ("true", "Example must be JSON object but got JSON True"),
]


def example(text: str) -> bytes:
    """Returns the Example of JSON text."""
    value: Any = parse(text.encode())
    return read_example(value)


@pytest.mark.parametrize(("text", "feature"), KINDS)
def test_the_kind_follows_from_the_values(text: str, feature: Feature) -> None:
    """A number without point is an int64, whatever the model expects."""
    assert example(f'{{"x": {text}}}') == write_example({"x": feature})


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_refuses_with_tensorflow_servings_words(text: str, words: str) -> None:
    """The feature is named."""
    with pytest.raises(InvalidArgumentError) as caught:
        example(text)
    assert str(caught.value).startswith(words)


def test_the_last_of_duplicate_features_wins() -> None:
    """They are assigned to a map one after another; each must be well-formed."""
    assert example('{"x": 1, "x": "a"}') == write_example({"x": Feature("bytes", [b"a"])})
    with pytest.raises(InvalidArgumentError):
        example('{"x": null, "x": 1}')


def test_a_name_ends_at_a_nul() -> None:
    """It is a C string."""
    assert example('{"x\\u0000y": 1}') == example('{"x": 1}')
