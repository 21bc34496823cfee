"""Rows to try a model with: its publisher's recorded ones, and made-up ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from serve_app.kinds.tensor_types import PLAIN_TYPES

if TYPE_CHECKING:
    from serve_app.kinds.signature import Signature, TensorSpec

Rows: TypeAlias = Mapping[str, np.ndarray]
"""Input alias -> tensor; the first dimension is the rows."""

_MOST = 32


def made_up_rows(signature: Signature) -> Rows | None:
    """Returns rows of random numbers and words, None where an input has no such form."""
    if any(spec.dtype not in PLAIN_TYPES for spec in signature.inputs.values()):
        return None
    random = np.random.default_rng(0)
    return {alias: _values(spec, random) for alias, spec in signature.inputs.items()}


def count(rows: Rows) -> int:
    """Returns the number of rows."""
    return max((len(array) if array.ndim else 1 for array in rows.values()), default=0)


def part(rows: Rows, first: int, last: int) -> Rows:
    """Returns the rows from `first` to before `last`."""
    return {alias: array[first:last] for alias, array in rows.items()}


def _values(spec: TensorSpec, random: np.random.Generator) -> np.ndarray:
    shape = (_MOST, *(1 if size < 0 else size for size in (spec.shape or ())[1:]))
    if spec.dtype == "string":
        return random.choice(np.array([b"a", b"b", b"1", b""], np.object_), shape)
    if spec.dtype == "bool":
        return random.random(shape) < 0.5
    scale = 10.0 if spec.dtype in ("float", "double") else 100.0
    return (random.random(shape) * scale).astype(PLAIN_TYPES[spec.dtype])
