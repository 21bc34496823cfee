"""How error messages quote JSON values."""

from __future__ import annotations

import pytest

from serve_app.codec.debug_text import debug_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        ([1, 2], "[1, 2]"),
        ({}, "{}"),
        ({"b64": "AAAA"}, '{\n    "b64": "AAAA"\n}'),
        ({"i": []}, '{\n    "i": []\n}'),
        ("a\nb\x01", '"a\\nb\\u0001"'),
        ([1.5, float("nan"), 2], "[1.5, "),
    ],
)
def test_is_a_pretty_print_with_lists_on_one_line(value: object, text: str) -> None:
    """As RapidJSON's PrettyWriter prints, ending where JSON cannot express a value."""
    assert debug_text(value) == text


def test_stops_soon_after_256_bytes() -> None:
    """A large body is not echoed."""
    assert len(debug_text(list(range(100_000)))) < 300
