"""TensorFlow's tolerant base64."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.json.base64_json import decode, encode, is_base64_object


@given(st.binary())
def test_what_is_encoded_is_decoded(data: bytes) -> None:
    """Round trip."""
    assert decode(encode(data)["b64"]) == data


@pytest.mark.parametrize("text", ["aGk=", "aGk", "a G\nk=", "aGk."])
def test_padding_may_be_missing_and_space_is_ignored(text: str) -> None:
    """Four spellings of the same bytes."""
    assert decode(text) == b"hi"


@pytest.mark.parametrize("text", ["aGk==", "_-8=", "a", "aGkü", "====", "aG=k"])
def test_anything_else_is_refused(text: str) -> None:
    """The URL-safe alphabet and wrong padding are not understood."""
    with pytest.raises(InvalidArgumentError, match="Unable to base64 decode"):
        decode(text)


@pytest.mark.parametrize("value", [{"b64": 1}, {"b64": "a", "x": 1}, "b64", [], None])
def test_only_one_key_with_a_string_is_base64(value: object) -> None:
    """Everything else is an ordinary value."""
    assert not is_base64_object(value)
