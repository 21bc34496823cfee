"""Writes `tensorflow.Example` messages in protobuf's wire format.

By hand: the message has three levels and three kinds of lists, and importing its generated class
imports all of TensorFlow (10 s here), which this package leaves to the one module that runs models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np

Kind: TypeAlias = Literal["bytes", "float", "int64"]

# Field numbers of the lists in message Feature (tensorflow/core/example/feature.proto).
_LIST_FIELD: dict[Kind, int] = {"bytes": 1, "float": 2, "int64": 3}
_LENGTH_DELIMITED = 2
_UINT64 = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of an Example.

    Attributes:
        kind: The type of all values; None for a feature without values.
        values: bytes, or numbers (float32 for kind `float`).
    """

    kind: Kind | None
    values: Sequence[object]


def write_example(features: Mapping[str, Feature]) -> bytes:
    """Returns the serialized Example with `features` by name.

    Names are UTF-8, with surrogate escapes for bytes that are not.
    """
    entries = b"".join(
        _field(1, _field(1, name.encode(errors="surrogateescape")) + _field(2, _feature(feature)))
        for name, feature in features.items()
    )
    return _field(1, entries)


def _feature(feature: Feature) -> bytes:
    if feature.kind is None:
        return b""
    return _field(_LIST_FIELD[feature.kind], _values(feature.kind, feature.values))


def _values(kind: Kind, values: Sequence[object]) -> bytes:
    if kind == "bytes":
        return b"".join(_field(1, value) for value in cast(Sequence[bytes], values))
    if kind == "float":
        with np.errstate(over="ignore"):  # beyond float32 is infinite, as in C++
            packed = np.array(values, np.float64).astype("<f4").tobytes()
        return _field(1, packed)
    return _field(1, b"".join(_varint(value & _UINT64) for value in cast(Sequence[int], values)))


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | _LENGTH_DELIMITED]) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
