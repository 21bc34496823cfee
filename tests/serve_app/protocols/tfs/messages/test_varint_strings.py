"""Strings packed into tensor_content."""

from __future__ import annotations

import pytest

from serve_app.protocols.tfs.messages.varint_strings import split_strings


@pytest.mark.parametrize(
    ("content", "count", "strings"),
    [
        (b"\x01\x02abc", 2, [b"a", b"bc"]),
        (b"\x00\x00", 2, [b"", b""]),
        (b"\xac\x02" + b"x" * 300, 1, [b"x" * 300]),
        (b"\x01\x02ab", 2, None),  # a byte is missing
        (b"\x01\x02abcd", 2, None),  # one is left over
        (b"\x01", 2, None),  # a length is missing
        (b"\x80", 1, None),  # a length does not end
        (b"\xff" * 9, 1, None),  # nor does this
        (b"", 10**12, None),
    ],
)
def test_lengths_come_first_then_all_bytes(
    content: bytes, count: int, strings: list[bytes] | None
) -> None:
    """Exactly as many bytes as the lengths say."""
    assert split_strings(content, count) == strings
