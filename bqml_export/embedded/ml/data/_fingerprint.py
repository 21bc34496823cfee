"""FarmHash Fingerprint64, the hash behind BigQuery's FARM_FINGERPRINT, for many rows at once.

The algorithm is farmhashna::Hash64 (Google, MIT licence, "FarmHash is frozen"). Rows of equal
length are hashed together, one numpy lane per row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Lanes: TypeAlias = npt.NDArray[np.uint64]
Block: TypeAlias = npt.NDArray[np.uint8]

_K0 = np.uint64(0xC3A5C85C97CB3127)
_K1 = np.uint64(0xB492B66FBE98F273)
_K2 = np.uint64(0x9AE16A3B2F90404F)


def fingerprint64(rows: Sequence[bytes]) -> Lanes:
    """Returns the FarmHash Fingerprint64 of each of `rows`, uint64 [n]."""
    result = np.empty(len(rows), np.uint64)
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        by_length[len(row)].append(position)
    for length, positions in by_length.items():
        block = np.frombuffer(b"".join(rows[i] for i in positions), np.uint8)
        result[positions] = _hash(block.reshape(len(positions), length))
    return result


def _hash(s: Block) -> Lanes:
    length = s.shape[1]
    if length <= 16:
        return _hash_up_to_16(s)
    if length <= 32:
        return _hash_17_to_32(s)
    if length <= 64:
        return _hash_33_to_64(s)
    return _hash_over_64(s)


def _fetch64(s: Block, at: int) -> Lanes:
    return np.ascontiguousarray(s[:, at : at + 8]).view("<u8")[:, 0].astype(np.uint64)


def _fetch32(s: Block, at: int) -> Lanes:
    return np.ascontiguousarray(s[:, at : at + 4]).view("<u4")[:, 0].astype(np.uint64)


def _rotate(x: Lanes, by: int) -> Lanes:
    return (x >> np.uint64(by)) | (x << np.uint64(64 - by))


def _shift_mix(x: Lanes) -> Lanes:
    return x ^ (x >> np.uint64(47))


def _hash_16(u: Lanes, v: Lanes, multiplier: Lanes | np.uint64) -> Lanes:
    a = _shift_mix((u ^ v) * multiplier)
    return _shift_mix((v ^ a) * multiplier) * multiplier


def _multiplier(length: int) -> np.uint64:
    return np.uint64(int(_K2) + length * 2)


def _hash_up_to_16(s: Block) -> Lanes:
    rows, length = s.shape
    mul = _multiplier(length)
    if length >= 8:
        a, b = _fetch64(s, 0) + _K2, _fetch64(s, length - 8)
        return _hash_16(_rotate(b, 37) * mul + a, (_rotate(a, 25) + b) * mul, mul)
    if length >= 4:
        head = np.uint64(length) + (_fetch32(s, 0) << np.uint64(3))
        return _hash_16(head, _fetch32(s, length - 4), mul)
    if length == 0:
        return np.full(rows, _K2)
    first, middle, last = (s[:, i].astype(np.uint64) for i in (0, length >> 1, length - 1))
    y = first + (middle << np.uint64(8))
    z = np.uint64(length) + (last << np.uint64(2))
    return _shift_mix(y * _K2 ^ z * _K0) * _K2


def _hash_17_to_32(s: Block) -> Lanes:
    length = s.shape[1]
    mul = _multiplier(length)
    a, b = _fetch64(s, 0) * _K1, _fetch64(s, 8)
    c, d = _fetch64(s, length - 8) * mul, _fetch64(s, length - 16) * _K2
    return _hash_16(_rotate(a + b, 43) + _rotate(c, 30) + d, a + _rotate(b + _K2, 18) + c, mul)


def _hash_33_to_64(s: Block) -> Lanes:
    length = s.shape[1]
    mul = _multiplier(length)
    a, b = _fetch64(s, 0) * _K2, _fetch64(s, 8)
    c, d = _fetch64(s, length - 8) * mul, _fetch64(s, length - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _hash_16(y, a + _rotate(b + _K2, 18) + c, mul)
    e, f = _fetch64(s, 16) * mul, _fetch64(s, 24)
    g, h = (y + _fetch64(s, length - 32)) * mul, (z + _fetch64(s, length - 24)) * mul
    return _hash_16(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, mul)


def _weak_hash_32(s: Block, at: int, a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
    w, x, y, z = (_fetch64(s, at + offset) for offset in (0, 8, 16, 24))
    a = a + w
    b = _rotate(b + a + z, 21)
    c = a
    a = a + x + y
    b = b + _rotate(a, 44)
    return a + z, b + c


def _hash_over_64(s: Block) -> Lanes:
    rows, length = s.shape
    seed = np.full(rows, 81, np.uint64)
    x = seed * _K2 + _fetch64(s, 0)
    y = seed * _K1 + np.uint64(113)
    z = _shift_mix(y * _K2 + np.uint64(113)) * _K2
    v = w = (np.zeros(rows, np.uint64), np.zeros(rows, np.uint64))
    last = (length - 1) // 64 * 64
    for at in range(0, last, 64):
        x = _rotate(x + y + v[0] + _fetch64(s, at + 8), 37) * _K1
        y = _rotate(y + v[1] + _fetch64(s, at + 48), 42) * _K1
        x = x ^ w[1]
        y = y + v[0] + _fetch64(s, at + 40)
        z = _rotate(z + w[0], 33) * _K1
        v = _weak_hash_32(s, at, v[1] * _K1, x + w[0])
        w = _weak_hash_32(s, at + 32, z + w[1], y + _fetch64(s, at + 16))
        z, x = x, z
    return _finish(s, x, y, z, v, w)


def _finish(
    s: Block,
    x: Lanes,
    y: Lanes,
    z: Lanes,
    v: tuple[Lanes, Lanes],
    w: tuple[Lanes, Lanes],
) -> Lanes:
    length = s.shape[1]
    at = length - 64
    mul = _K1 + ((z & np.uint64(0xFF)) << np.uint64(1))
    w = (w[0] + np.uint64((length - 1) & 63), w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x = _rotate(x + y + v[0] + _fetch64(s, at + 8), 37) * mul
    y = _rotate(y + v[1] + _fetch64(s, at + 48), 42) * mul
    x = x ^ (w[1] * np.uint64(9))
    y = y + v[0] * np.uint64(9) + _fetch64(s, at + 40)
    z = _rotate(z + w[0], 33) * mul
    v = _weak_hash_32(s, at, v[1] * mul, x + w[0])
    w = _weak_hash_32(s, at + 32, z + w[1], y + _fetch64(s, at + 16))
    z, x = x, z
    low = _hash_16(v[0], w[0], mul) + _shift_mix(y) * _K0 + z
    return _hash_16(low, _hash_16(v[1], w[1], mul) + x, mul)
