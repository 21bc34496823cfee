"""The decimal form of float32 values that TensorFlow Serving prints."""

from __future__ import annotations

import numpy as np

_FEW = 16
"""Up to here one by one is faster."""
_POWERS = 10.0 ** np.arange(23)
"""Exact: 5**22 has 52 bits."""
_LEAST, _MOST = 1e-3, 1e5
_TIE = 2.0**-20


def decimal_float32(array: np.ndarray) -> np.ndarray:
    """Returns the doubles whose text is TensorFlow Serving's text of these float32 values.

    Six digits where they read back to the same value, else nine: 0.2, not 0.20000000298023224.
    """
    flat = array.ravel()
    if flat.size < _FEW:
        return np.array([_decimal(value) for value in flat], np.float64).reshape(array.shape)
    return _decimals(flat).reshape(array.shape)


def _decimals(flat: np.ndarray) -> np.ndarray:
    """Does for many values at once what `_decimal` does for one.

    A value times a power of ten is rounded to an integer of six, or nine, digits, and divided by
    the same power, which gives the double nearest to that decimal. Values for which the product
    is not good enough to be sure of the digits are left to `_decimal`.
    """
    exact = flat.astype(np.float64)
    size = np.abs(exact)
    sure = (size >= _LEAST) & (size < _MOST)
    exact, size = np.where(sure, exact, 1.0), np.where(sure, size, 1.0)
    # The exponent of the first digit; a wrong one beside a power of ten shows in `_has_digits`.
    exponent = np.floor(np.log10(size)).astype(np.intp)
    six, six_is_sure = _rounded(exact, 5 - exponent)
    nine, nine_is_sure = _rounded(exact, 8 - exponent)
    short = six.astype(np.float32) == flat
    sure &= six_is_sure & nine_is_sure & _has_digits(size, exponent)
    result = np.where(short, six, nine)
    for index in np.flatnonzero(~sure):
        result[index] = _decimal(flat[index])
    return result


def _rounded(exact: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the values rounded to decimal places, and which are far enough from a tie."""
    power = _POWERS[places]
    scaled = exact * power
    whole = np.rint(scaled)
    return whole / power, np.abs(np.abs(scaled - whole) - 0.5) > _TIE


def _has_digits(size: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """Tells which values lie in the decade of their exponent, and do not round up out of it."""
    first = size / 10.0**exponent
    return (first >= 1.0) & (first < 9.99999)


def _decimal(value: np.float32) -> float:
    short = float(f"{value:.6g}")
    return short if np.float32(short) == value else float(f"{value:.9g}")
