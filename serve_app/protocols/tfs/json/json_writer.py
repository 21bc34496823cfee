"""Writes JSON documents that hold numpy arrays."""

from __future__ import annotations

import json

import numpy as np
import orjson


def write_json(document: dict[str, object], *, finite: bool) -> bytes:
    """Returns the text of `document`; NaN, Infinity and non-UTF-8 strings take the slow writer.

    It may hold arrays and scalars of numpy, not of float32.
    """
    if finite:
        try:
            return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
        except TypeError:  # surrogates: bytes that are not UTF-8
            pass
    return dump(document)


def dump(value: object) -> bytes:
    """Returns `value` as JSON with `NaN`, `Infinity` and `-Infinity` tokens and raw bytes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode(errors="surrogateescape")


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"no JSON form for {type(value).__name__}")
