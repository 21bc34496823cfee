"""Finds out whether a model computes the same for a row, whatever other rows are in the call."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np

from serve_app.core.warmup.sample_rows import Rows, count, part
from serve_app.errors import ServeAppError

if TYPE_CHECKING:
    from serve_app.core.batching.traits import CallTraits
    from serve_app.core.servable.saved_model import SavedModel
    from serve_app.core.signature import Signature, TensorSpec

_log = logging.getLogger(__name__)

Sharing = Literal["exact", "always", "off"]

_BUDGET_S = 2.0
_SMALL_S = 0.02


def learn(
    servable: SavedModel,
    signature: Signature,
    samples: Sequence[Rows],
    sharing: Sharing,
    traits: CallTraits,
) -> None:
    """Learns how long calls of a signature take, and whether requests may share them.

    With `exact`, calls are shared if each sampled row gives the same outputs alone and in company,
    bit for bit. A matrix product, for one, may not: its sums are taken in another order.

    Args:
        servable: The version.
        signature: What is called.
        samples: Sets of rows to try; one that the model refuses proves nothing.
        sharing: The setting.
        traits: Takes what was learnt.
    """
    started_s = perf_counter()
    proofs = []
    for rows in samples:
        try:
            proofs.append(_proof(servable, signature, rows, traits, started_s + _BUDGET_S))
        except ServeAppError as exc:
            _log.info("sample rows refused by signature %s: %s", signature.name, exc.message)
    if sharing == "off" or not has_batch_dimension(signature):
        return
    known = [proof for proof in proofs if proof is not None]
    traits.can_share = sharing == "always" or (bool(known) and all(known))
    if not traits.can_share:
        _log.warning(
            "signature %s: concurrent requests do not share calls: %s", signature.name,
            "rows give other bits in company than alone" if known else "no sample rows to prove by",
        )  # fmt: skip


def has_batch_dimension(signature: Signature) -> bool:
    """Tells whether every input and output may have any number of rows."""
    specs = [*signature.inputs.values(), *signature.outputs.values()]
    return bool(signature.inputs) and all(map(_has_rows, specs))


def _has_rows(spec: TensorSpec) -> bool:
    return spec.shape is None or (len(spec.shape) > 0 and spec.shape[0] == -1)


def _proof(
    servable: SavedModel, signature: Signature, rows: Rows, traits: CallTraits, until_s: float
) -> bool | None:
    """Returns whether rows alone equal rows in company; None if there was no time to see."""
    size = count(rows)
    for take in (part(rows, 0, 1), rows):
        _timed(servable, signature, take, traits)
    whole = _run(servable, signature, rows)
    if any(not array.ndim or len(array) != size for array in whole.values()):
        return False
    seen = None
    for first, last in _parts(size):
        if perf_counter() > until_s:
            break
        outputs = _run(servable, signature, part(rows, first, last))
        seen = all(_equal(outputs[name], whole[name][first:last]) for name in whole)
        if not seen:
            return False
    return seen


def _timed(servable: SavedModel, signature: Signature, rows: Rows, traits: CallTraits) -> None:
    """Notes the time of the second call of a size: the first one prepares the graph."""
    aliases = tuple(signature.outputs)
    started_s = perf_counter()
    servable.run(signature, rows, aliases)
    if perf_counter() - started_s < _SMALL_S:
        servable.run(signature, rows, aliases, in_caller=True)
        started_s = perf_counter()
        servable.run(signature, rows, aliases, in_caller=True)
    traits.pace.note(count(rows), perf_counter() - started_s)


def _parts(size: int) -> Iterator[tuple[int, int]]:
    """Yields ranges of rows: single ones and small groups by turns, all over the whole."""
    begin = 0
    for width in (1, 2, 3, 1, 5, 1, 8, 1, 13):
        if begin >= size:
            return
        yield begin, min(begin + width, size)
        begin += width
    yield from ((row, row + 1) for row in range(size))


def _run(servable: SavedModel, signature: Signature, rows: Rows) -> Mapping[str, np.ndarray]:
    return servable.run(signature, rows, tuple(signature.outputs))


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype == np.object_:
        return bool((one == other).all())
    return one.tobytes() == other.tobytes()
