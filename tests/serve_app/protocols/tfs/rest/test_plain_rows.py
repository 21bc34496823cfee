"""The quick reader reads only what the exact reader reads alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.errors import ServeAppError
from serve_app.protocols.tfs.json.json_parser import parse
from serve_app.protocols.tfs.rest.plain_rows import read_plain_rows

_SCALARS = st.one_of(
    st.floats(allow_nan=True), st.integers(), st.text(max_size=8), st.booleans(), st.none()
)
_KEYS = st.sampled_from(["a", "b", "x y", "é", "b64", 'q"', "a:b"])
_ROWS = st.lists(st.dictionaries(_KEYS, _SCALARS, max_size=4), max_size=4)


def test_flat_objects_are_read() -> None:
    """The usual request."""
    plain = read_plain_rows(b'{"signature_name": "s", "instances": [{"x": 1.5, "y": "a"}]}')
    assert plain is not None
    assert (plain.rows, plain.signature_name) == ([{"x": 1.5, "y": "a"}], "s")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"instances": []}',
        b'{"instances": {"x": 1}}',
        b'{"instances": [1.5]}',
        b'{"instances": [[1, 2]]}',
        b'{"instances": [{"b64": "aGk="}]}',
        b'{"instances": [{"x": {"b64": "aGk="}}]}',
        b'{"instances": [{"x": 1, "x": 2}]}',
        b'{"instances": [{"x": 1, "x": 2, "y" : 3}]}',
        b'{"instances": [{"x": 1}], "instances": [{"x": 2}]}',
        b'{"instances": [{"x": 1}], "more": 1}',
        b'{"instances": [{"x": 1}], "signature_name": 5}',
        b'{"instances": [{"x": "a:b"}]}',
        b'{"instances": [{"x": "\\u0041"}]}',
        b'{"instances": [{"x": NaN}]}',
        b'{"instances": [{"x": 1e400}]}',
        b'{"instances": [{"x": 1E+300}]}',
        b'{"instances": [{"x": 12345678901234567890}]}',
        b'{"instances": [{"x": 0.12345678901234567890}]}',
        b'{"instances": [{"x": 1}]} {',
        b'\xef\xbb\xbf{"instances": [{"x": 1}]}',
        b'{"instances": [{"x": "\xff"}]}',
        b'{"inputs": {"x": [1]}}',
    ],
)
def test_everything_else_is_left_to_the_exact_reader(body: bytes) -> None:
    """Faults too: the exact reader has the words for them."""
    assert read_plain_rows(body) is None


@given(_ROWS, st.booleans())
def test_what_it_reads_is_what_the_exact_reader_reads(
    rows: list[dict[str, object]], tight: bool
) -> None:
    """Value by value, and type by type."""
    separators = (",", ":") if tight else None
    body = json.dumps({"instances": rows}, ensure_ascii=False, separators=separators).encode(
        errors="surrogatepass"
    )
    plain = read_plain_rows(body)
    if plain is None:
        return
    exact = parse(body)
    assert isinstance(exact, dict)
    assert repr(plain.rows) == repr(exact["instances"])


@given(st.binary(max_size=60))
def test_any_bytes_are_read_alike_or_not_at_all(body: bytes) -> None:
    """A fuzzer's corner: never a guess."""
    plain = read_plain_rows(body)
    if plain is not None:
        try:
            exact = parse(body)
        except ServeAppError as error:  # pragma: no cover - the failure itself
            pytest.fail(f"the exact reader refuses it: {error}")
        assert isinstance(exact, dict)
        assert repr(plain.rows) == repr(exact["instances"])
