"""Strings as TensorFlow packs them into tensor_content (port::EncodeStringList)."""

from __future__ import annotations

_MAX_VARINT_BYTES = 5  # lengths are 32-bit


def split_strings(content: bytes, count: int) -> list[bytes] | None:
    """Returns `count` strings: first all lengths as varints, then all bytes. None if damaged."""
    lengths: list[int] = []
    start = 0
    if count > len(content):
        return None
    for _ in range(count):
        found = _varint(content, start)
        if found is None:
            return None
        length, start = found
        lengths.append(length)
    if sum(lengths) != len(content) - start:
        return None
    strings = []
    for length in lengths:
        strings.append(content[start : start + length])
        start += length
    return strings


def _varint(content: bytes, start: int) -> tuple[int, int] | None:
    """Returns the number that begins at `start`, and where it ends."""
    value = 0
    for index, byte in enumerate(content[start : start + _MAX_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value & 0xFFFFFFFF, start + index + 1
    return None
