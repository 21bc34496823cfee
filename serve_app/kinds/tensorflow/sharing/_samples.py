"""Rows to try a model with: plain ones, and those on which a model shows what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import ml_dtypes
import numpy as np

from serve_app.kinds.signature import Signature, TensorSpec
from serve_app.kinds.tensor_types import TYPE_BY_NUMBER
from serve_app.kinds.tensorflow.sharing._executed_graph import ExecutedGraph, constant

Rows: TypeAlias = Mapping[str, np.ndarray]
"""Input alias -> tensor; the first dimension is the rows."""

_MOST = 32
_MOST_EDGES = 48
_MOST_VALUES = 64
_TYPES = {kind.name: kind.numpy for kind in TYPE_BY_NUMBER.values()}
_PLAIN_TEXTS = (b"a", b"b", b"1", b"")
_TEXTS = (
    b"", b"a", b"b", b"1", b"-1.5", b"0", b"a b", b"a,b", b"a b c d e", b"A-b_c.d;e|f\tg\nh",
    "\u00e9\u00df\u4e2d".encode(), b"nan", b"x" * 70,
)  # fmt: skip
_NUMBERS = (
    0.0, 1.0, -1.0, 0.5, -0.5, 2.5, -2.5, 3.0, -7.0, 10.0, -10.0, 88.8, -88.8, 100.0, -100.0, 1e-3,
    -1e-3, 1e-8, 710.0, -746.0, 1e4, -1e4, 1e9, -1e9,
)  # fmt: skip
_STRANGE = (-0.0, 1e-40, -1e-310, 3.4e38, -3.4e38, 1e300, float("inf"), -float("inf"), float("nan"))


def plain_rows(signature: Signature, texts: Sequence[bytes] = _PLAIN_TEXTS) -> Rows | None:
    """Returns rows of random numbers and texts, None where an input has no such form."""
    if any(spec.dtype not in _TYPES or spec.shape is None for spec in signature.inputs.values()):
        return None
    random = np.random.default_rng(0)
    return {alias: _plain(spec, texts, random) for alias, spec in signature.inputs.items()}


def edge_rows(
    signature: Signature, graph: ExecutedGraph, folder: Path, texts: Sequence[bytes] = ()
) -> Rows:
    """Returns rows of the model's own words and boundaries, of large, negative and odd numbers."""
    random = np.random.default_rng(1)
    values = [value for array in _constants(graph) for value in array.reshape(-1).tolist()]
    words = [value for value in values if isinstance(value, bytes)][:_MOST_VALUES]
    numbers = [float(value) for value in values if isinstance(value, int | float)][:_MOST_VALUES]
    tried = [*_TEXTS, *words, *_vocabulary(folder), *texts]
    return {alias: _edges(spec, numbers, tried, random) for alias, spec in signature.inputs.items()}


def count(rows: Rows) -> int:
    return max((len(array) if array.ndim else 1 for array in rows.values()), default=0)


def chosen(rows: Rows, indices: np.ndarray | slice) -> Rows:
    return {alias: array[indices] for alias, array in rows.items()}


def _shape(spec: TensorSpec, size: int) -> tuple[int, ...]:
    return (size, *(1 if each < 0 else each for each in (spec.shape or ())[1:]))


def _plain(spec: TensorSpec, texts: Sequence[bytes], random: np.random.Generator) -> np.ndarray:
    shape = _shape(spec, _MOST)
    if spec.dtype == "string":
        return random.choice(np.array(texts, np.object_), shape)
    if spec.dtype == "bool":
        return random.random(shape) < 0.5
    scale = 10.0 if _is_float(spec) else 100.0
    return _as_type(random.random(shape) * scale, spec)


def _edges(
    spec: TensorSpec, numbers: list[float], texts: list[bytes], random: np.random.Generator
) -> np.ndarray:
    shape = _shape(spec, _MOST_EDGES)
    if spec.dtype == "string":
        values = np.empty(len(texts), np.object_)
        values[:] = texts
        return _spread(values, shape, random)
    if spec.dtype == "bool":
        return random.random(shape) < 0.5
    either_side = [near for number in numbers for near in (number, *_beside(number, spec))]
    odd = _STRANGE if _is_float(spec) else (2.0**31 - 1, -(2.0**31), 255.0, 256.0)
    return _as_type(_spread(np.array([*_NUMBERS, *odd, *either_side]), shape, random), spec)


def _spread(values: np.ndarray, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    size = int(np.prod(shape))
    repeated = np.resize(values, max(size, len(values)))
    return random.permutation(repeated)[:size].reshape(shape)


def _beside(number: float, spec: TensorSpec) -> tuple[float, float]:
    if not _is_float(spec):
        return number - 1, number + 1
    kind = np.float64 if spec.dtype == "double" else np.float32
    with np.errstate(all="ignore"):
        value = kind(number)
        return float(np.nextafter(value, kind(-np.inf))), float(np.nextafter(value, kind(np.inf)))


def _as_type(values: np.ndarray, spec: TensorSpec) -> np.ndarray:
    kind = _TYPES[spec.dtype]
    if kind.names:
        return values.astype(kind[0]).view(kind)
    with np.errstate(all="ignore"):
        if kind.kind in "iu":
            return values.astype(np.int64).astype(kind)
        return values.astype(kind)


def _is_float(spec: TensorSpec) -> bool:
    kind = _TYPES[spec.dtype]
    return kind.kind in "fc" or kind == ml_dtypes.bfloat16


def _constants(graph: ExecutedGraph) -> Iterator[np.ndarray]:
    for node in graph.graph.node:
        if node.op == "Const" and _size(node) <= _MOST_VALUES:
            yield constant(node)
        yield from (np.array(node.attr[name].list.f) for name in ("boundaries",)
                    if name in node.attr)  # fmt: skip


def _size(node: Any) -> int:  # noqa: ANN401 - a NodeDef
    shape = node.attr["value"].tensor.tensor_shape
    return int(np.prod([dim.size for dim in shape.dim]))


def _vocabulary(folder: Path) -> Iterator[bytes]:
    """The first words of each vocabulary, a text of two of them, and a word that is in none."""
    assets = folder / "assets"
    for path in sorted(assets.iterdir()) if assets.is_dir() else ():
        with path.open("rb") as file:
            words = [line.rstrip(b"\r\n") for line, _ in zip(file, range(8), strict=False)]
        yield from words
        yield b" ".join(words[:2])
        yield b",".join(words[1:4])
