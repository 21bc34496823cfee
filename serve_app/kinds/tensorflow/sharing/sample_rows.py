"""Rows to try a model with: its publisher's recorded ones, and made-up ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.kinds.signature import DEFAULT_SIGNATURE
from serve_app.protocols.tfs.json.dtypes import JSON_TYPES
from serve_app.protocols.tfs.messages.predict_message import read_inputs
from serve_app.warmup.records import FILE, read_records

if TYPE_CHECKING:
    from serve_app.kinds.signature import Signature, TensorSpec

Rows: TypeAlias = Mapping[str, np.ndarray]
"""Input alias -> tensor; the first dimension is the rows."""

_MOST = 32
_LIMIT_BYTES = 2**24


def recorded_rows(folder: Path, signature: Signature) -> Rows | None:
    """Returns rows of the version's warmup file for `signature`, None if it has fewer than two."""
    parts: list[Rows] = []
    try:
        for log in read_records(folder / FILE) if (folder / FILE).exists() else ():
            request = log.predict_log.request
            name = request.model_spec.signature_name or DEFAULT_SIGNATURE
            if log.WhichOneof("log_type") == "predict_log" and name == signature.name:
                parts.append(read_inputs(signature, request.inputs, _LIMIT_BYTES))
            if sum(map(count, parts)) >= _MOST:
                break
    except ServeAppError:
        return None  # the replay, which comes first, has said what is wrong with it
    return _joined(parts)


def made_up_rows(signature: Signature) -> Rows | None:
    """Returns rows of random numbers and words, None where an input has no such form."""
    if any(spec.dtype not in JSON_TYPES for spec in signature.inputs.values()):
        return None
    random = np.random.default_rng(0)
    return {alias: _values(spec, random) for alias, spec in signature.inputs.items()}


def count(rows: Rows) -> int:
    """Returns the number of rows."""
    return max((len(array) if array.ndim else 1 for array in rows.values()), default=0)


def part(rows: Rows, first: int, last: int) -> Rows:
    """Returns the rows from `first` to before `last`."""
    return {alias: array[first:last] for alias, array in rows.items()}


def _joined(parts: list[Rows]) -> Rows | None:
    if sum(map(count, parts)) < 2 or any(not a.ndim for rows in parts for a in rows.values()):
        return None
    try:
        return {
            alias: np.concatenate([rows[alias] for rows in parts])[:_MOST] for alias in parts[0]
        }
    except ValueError:
        return None  # rows of several shapes


def _values(spec: TensorSpec, random: np.random.Generator) -> np.ndarray:
    shape = (_MOST, *(1 if size < 0 else size for size in (spec.shape or ())[1:]))
    if spec.dtype == "string":
        return random.choice(np.array([b"a", b"b", b"1", b""], np.object_), shape)
    if spec.dtype == "bool":
        return random.random(shape) < 0.5
    scale = 10.0 if spec.dtype in ("float", "double") else 100.0
    return (random.random(shape) * scale).astype(JSON_TYPES[spec.dtype].numpy)
