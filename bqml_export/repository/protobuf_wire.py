"""Reading protobuf messages without their generated classes.

Importing TensorFlow to read one version string costs three seconds and a gigabyte of wheels;
the wire format is four cases (protobuf.dev/programming-guides/encoding).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_VARINT_BYTES = 10


class WireFormatError(ValueError):
    """The bytes are not a protobuf message, or end in the middle of one."""


def read_varint(data: memoryview, position: int) -> tuple[int, int]:
    """Returns the varint at `position` and the position behind it."""
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        if position + index >= len(data):
            raise WireFormatError("ends in the middle of a number")
        byte = data[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, position + index + 1
    raise WireFormatError("a number is longer than ten bytes")


def fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yields (field number, value) of a message in order of the bytes.

    A varint or fixed-width value is an int; a string, bytes or sub-message is a memoryview.

    Raises:
        WireFormatError: The bytes are not a message, or are cut off.
    """
    position = 0
    while position < len(data):
        tag, position = read_varint(data, position)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise WireFormatError("field number 0")
        if wire_type == 0:
            value, position = read_varint(data, position)
            yield number, value
            continue
        length, position = _length(data, position, wire_type)
        if position + length > len(data):
            raise WireFormatError("ends in the middle of a field")
        chunk = data[position : position + length]
        position += length
        yield number, chunk if wire_type == 2 else int.from_bytes(chunk, "little")


def _length(data: memoryview, position: int, wire_type: int) -> tuple[int, int]:
    if wire_type == 2:
        return read_varint(data, position)
    if wire_type in (1, 5):
        return (8 if wire_type == 1 else 4), position
    raise WireFormatError(f"wire type {wire_type} does not exist")


def messages(data: memoryview, number: int) -> Iterator[memoryview]:
    """Yields every length-delimited value of field `number`."""
    for found, value in fields(data):
        if found == number and isinstance(value, memoryview):
            yield value


def text(data: memoryview, number: int) -> str | None:
    """Returns the last value of the string field `number`, or None when it is absent."""
    values = list(messages(data, number))
    return bytes(values[-1]).decode("utf-8", "replace") if values else None


def map_entries(data: memoryview, number: int) -> Iterator[tuple[str, memoryview]]:
    """Yields (key, value message) of the `map<string, message>` field `number`."""
    for entry in messages(data, number):
        yield text(entry, 1) or "", next(messages(entry, 2), memoryview(b""))
