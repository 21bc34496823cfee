"""Decompressing a Snappy block (github.com/google/snappy/blob/main/format_description.txt).

BigQuery compresses the checkpoint index of its exports; open-source TensorFlow does not. The index
is a few hundred bytes, for which no package of compiled code is worth installing everywhere.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError

_MAX_VARINT_BYTES = 10


def read_varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        if position + index >= len(data):
            raise DecodeError("ends in the middle of a number")
        byte = data[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, position + index + 1
    raise DecodeError("a number is longer than ten bytes")


def decompress(data: memoryview) -> bytes:
    expected, position = read_varint(data, 0)
    output = bytearray()
    while position < len(data):
        tag = data[position]
        if tag & 3 == 0:
            position = _literal(data, position, output)
        else:
            position = _copy(data, position, output)
    if len(output) != expected:
        raise DecodeError("a Snappy block does not have the length that it announces")
    return bytes(output)


def _literal(data: memoryview, position: int, output: bytearray) -> int:
    length, start = (data[position] >> 2) + 1, position + 1
    if length > 60:
        width = length - 60
        length = int.from_bytes(data[start : start + width], "little") + 1
        start += width
    output += data[start : start + length]
    return start + length


def _copy(data: memoryview, position: int, output: bytearray) -> int:
    tag = data[position]
    if tag & 3 == 1:
        length, width = ((tag >> 2) & 7) + 4, 1
        high = (tag >> 5) << 8
    else:
        length, width, high = (tag >> 2) + 1, 2 if tag & 3 == 2 else 4, 0
    offset = high + int.from_bytes(data[position + 1 : position + 1 + width], "little")
    if not 0 < offset <= len(output):
        raise DecodeError("a Snappy block refers to bytes before its start")
    for _ in range(length):  # byte by byte: a copy may overlap what it writes
        output.append(output[-offset])
    return position + 1 + width
