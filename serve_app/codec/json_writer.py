"""Writes what strict JSON cannot: NaN and Infinity tokens, and strings that are not UTF-8."""

from __future__ import annotations

import json

import numpy as np


def dump(value: object) -> bytes:
    """Returns `value` as JSON with `NaN`, `Infinity` and `-Infinity` tokens and raw bytes.

    float32 values are written in their shortest form, as everywhere else.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode(errors="surrogateescape")


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, np.floating):
        return float(str(value))  # the shortest text of its own precision
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"no JSON form for {type(value).__name__}")
