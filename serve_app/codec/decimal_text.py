"""The decimal form of float32 values that TensorFlow Serving prints."""

from __future__ import annotations

import numpy as np


def decimal_float32(array: np.ndarray) -> np.ndarray:
    """Returns the doubles whose text is TensorFlow Serving's text of these float32 values.

    Six digits where they read back to the same value, else nine: 0.2, not 0.20000000298023224.

    Args:
        array: float32, of any shape.
    """
    decimals = [_decimal(value) for value in array.ravel()]
    return np.array(decimals, np.float64).reshape(array.shape)


def _decimal(value: np.float32) -> float:
    short = float(f"{value:.6g}")
    return short if np.float32(short) == value else float(f"{value:.9g}")
