"""The body of classify and regress requests."""

from __future__ import annotations

import pytest

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.messages.tf_example import Feature, write_example
from serve_app.protocols.tfs.rest.examples_request import read_examples_body

REFUSED = [
    ("", "JSON Parse error: The document is empty"),
    ("[1]", "JSON Value: [1] Is not object"),
    ('{"signature_name": 1}', "'signature_name' key must be a string value."),
    ("{}", "JSON Value: {} When method is classify, key 'examples' is expected and was not found"),
    ('{"examples": 1}', "} Expecting 'examples' value to be an list/array"),
    ('{"examples": {}}', "} Expecting 'examples' value to be an list/array"),
    ('{"examples": []}', "\n    \"examples\": []\n} 'examples' value is an empty array"),
    ('{"examples": [{}, 1]}', "Example must be JSON object but got JSON Number"),
    ('{"examples": [{"x": null}]}', "Feature: x has element with unexpected JSON type: Null"),
    ('{"context": 1, "examples": 2}', "Example must be JSON object but got JSON Number"),
    ('{"context": {"c": null}}', "Feature: c has element with unexpected JSON type: Null"),
    ('{"signature_name": 1, "context": 1}', "'signature_name' key must be a string value."),
]


def test_reads_examples_context_and_signature() -> None:
    """The first of duplicate top-level keys counts; unknown ones are ignored."""
    body = read_examples_body(
        b'{"signature_name": "s", "examples": [{"x": 1}, {}], "context": {"c": "a"}, "z": [],'
        b' "examples": 7, "signature_name": 8}'
    )
    assert body.signature_name == "s"
    assert body.input.context == write_example({"c": Feature("bytes", [b"a"])})
    assert body.input.examples == [write_example({"x": Feature("int64", [1])}), write_example({})]


def test_signature_and_context_may_be_absent() -> None:
    """The default signature is meant."""
    body = read_examples_body(b'{"examples": [{}]}')
    assert (body.signature_name, body.input.context) == ("", b"")


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_refuses_in_tensorflow_servings_order(text: str, words: str) -> None:
    """JSON, object, signature, context, then the examples."""
    with pytest.raises(InvalidArgumentError) as caught:
        read_examples_body(text.encode())
    assert words in str(caught.value)
