"""Writing protobuf messages without their generated classes; the counterpart of protobuf_wire."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def varint(value: int) -> bytes:
    """Returns `value` as a varint; a negative one takes ten bytes, as int64 fields have it."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    """Returns an integer, enum or bool field."""
    return varint(field << 3) + varint(value)


def chunk(field: int, value: bytes) -> bytes:
    """Returns a bytes, string, message or packed field."""
    return varint(field << 3 | 2) + varint(len(value)) + value


def text(field: int, value: str) -> bytes:
    """Returns a string field."""
    return chunk(field, value.encode("utf-8"))


def map_entry(field: int, key: str, value: bytes) -> bytes:
    """Returns one entry of the `map<string, message>` field `field`."""
    return chunk(field, text(1, key) + chunk(2, value))


def packed_floats(field: int, values: Iterable[float], code: str) -> bytes:
    """Returns a packed field of floats (`code` f) or doubles (`code` d).

    Raises:
        OverflowError: A value does not fit into a float.
    """
    return chunk(field, b"".join(struct.pack(f"<{code}", value) for value in values))


def packed_integers(field: int, values: Iterable[int]) -> bytes:
    """Returns a packed field of varints."""
    return chunk(field, b"".join(map(varint, values)))
