"""Snappy blocks decompress to what the format's description says."""

from __future__ import annotations

import pytest
from google.protobuf.message import DecodeError

from bqml_export.repository._snappy import decompress

LONG = bytes(range(100))


@pytest.mark.parametrize(
    ("block", "content"),
    [
        (b"\x00", b""),
        (b"\x03\x08abc", b"abc"),
        (b"\x64\xf0\x63" + LONG, LONG),
        (b"\x07\x00a\x09\x01", b"aaaaaaa"),
        (b"\x06\x04ab\x0e\x02\x00", b"ababab"),
        (b"\x06\x04ab\x0f\x02\x00\x00\x00", b"ababab"),
    ],
)
def test_each_element_type_is_decoded(block: bytes, content: bytes) -> None:
    """Short and long literals and copies with one, two and four bytes of offset are read."""
    assert decompress(memoryview(block)) == content


@pytest.mark.parametrize("block", [b"\x03\x08ab", b"\x04\x09\x05", b"\x05\x00a\x09\x07", b""])
def test_a_damaged_block_is_refused(block: bytes) -> None:
    """Cut-off literals and copies from before the start end in the one error."""
    with pytest.raises(DecodeError):
        decompress(memoryview(block))
