"""Finds out whether a model computes the same for a row, whatever other rows are in the call."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.kinds.tensorflow.sharing.sample_rows import Rows, count, part

if TYPE_CHECKING:
    from serve_app.kinds.signature import Signature, TensorSpec
    from serve_app.kinds.tensorflow.company import Company
    from serve_app.kinds.tensorflow.saved_model import SavedModel
    from serve_app.kinds.traits import CallTraits

_log = logging.getLogger(__name__)

Sharing = Literal["exact", "always", "off"]
Outputs: TypeAlias = Mapping[str, np.ndarray]

_BUDGET_S = 2.0
_TIMEOUT_MS = 5_000
_SIZES = (2, 3, 5, 8, 13, 32, 64, 128, 333, 1024)


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
    proven: list[int] = []
    until_s = perf_counter() + _BUDGET_S
    for rows in samples:
        try:
            _time(servable, signature, rows, traits)
            if sharing == "exact" and has_batch_dimension(signature):
                proven.append(_proven_rows(servable, signature, rows, until_s))
        except ServeAppError as exc:
            _log.info("sample rows refused by signature %s: %s", signature.name, exc.message)
    traits.shared_rows = min(proven, default=0)
    if sharing == "always" and has_batch_dimension(signature):
        traits.shared_rows = sys.maxsize


def learn_company(
    servable: SavedModel,
    company: Company,
    signature: Signature,
    samples: Sequence[Rows],
    traits: CallTraits,
) -> None:
    """Learns whether the row-wise copies give each row the bits that the model gives it alone.

    Args:
        servable: The version.
        company: Its copies.
        signature: What is called.
        samples: Sets of rows to try.
        traits: Takes what was learnt.
    """
    proofs: list[bool] = []
    until_s = perf_counter() + _BUDGET_S
    for rows in samples:
        size = count(rows)
        try:
            alone = [_run(servable, signature, part(rows, row, row + 1)) for row in range(size)]
            proofs += [
                _is_same(company, signature, rows, alone, model.width) for model in company.models
            ]
            if perf_counter() > until_s:
                break
        except ServeAppError as exc:
            _log.info("row-wise copies of signature %s fail: %s", signature.name, exc.message)
            proofs.append(False)
    traits.row_width = company.width if proofs and all(proofs) else 0


def _is_same(
    company: Company,
    signature: Signature,
    rows: Rows,
    alone: Sequence[Outputs],
    width: int,
) -> bool:
    for first in range(0, len(alone), width):
        last = min(first + width, len(alone))
        # As requests will be run, which prepares the graph for it too.
        outputs = company.run(signature, part(rows, first, last), last - first, in_caller=True)
        if not _are_rows(outputs, alone[first:last]):
            return False
    return True


def has_batch_dimension(signature: Signature) -> bool:
    """Tells whether every input and output may have any number of rows."""
    specs = [*signature.inputs.values(), *signature.outputs.values()]
    return bool(signature.inputs) and all(map(_has_rows, specs))


def _has_rows(spec: TensorSpec) -> bool:
    return spec.shape is None or (len(spec.shape) > 0 and spec.shape[0] == -1)


def _proven_rows(servable: SavedModel, signature: Signature, rows: Rows, until_s: float) -> int:
    """Returns up to how many rows each of them equals itself alone; 0 if one ever does not."""
    size = count(rows)
    alone = [_run(servable, signature, part(rows, row, row + 1)) for row in range(size)]
    proven = 0
    for wanted in _SIZES:
        if perf_counter() > until_s:
            break
        # Every size has the rows in other places.
        chosen = (np.arange(wanted) * 7 + wanted) % size
        picked = {alias: array[chosen] for alias, array in rows.items()}
        if not _are_rows(_run(servable, signature, picked), [alone[row] for row in chosen]):
            return 0
        proven = wanted
    return proven


def _are_rows(outputs: Outputs, alone: Sequence[Outputs]) -> bool:
    """Tells whether outputs are, bit for bit, those of the rows alone."""
    for alias, array in outputs.items():
        if not array.ndim or len(array) != len(alone):
            return False
        parts = [row[alias] for row in alone]
        if any(part.shape != (1, *array.shape[1:]) for part in parts):
            return False
        if not _equal(array, np.concatenate(parts)):
            return False
    return True


def _time(servable: SavedModel, signature: Signature, rows: Rows, traits: CallTraits) -> None:
    """Notes the time of calls with one and with many rows; the first of each prepares the graph."""
    for sample in (part(rows, 0, 1), rows):
        servable.run(signature, sample, timeout_ms=_TIMEOUT_MS)
        servable.run(signature, sample)
        for _ in range(1 if servable.has_loops else 2):
            started_s = perf_counter()
            servable.run(signature, sample, in_caller=not servable.has_loops)
        traits.pace.note(count(sample), perf_counter() - started_s)


def _run(servable: SavedModel, signature: Signature, rows: Rows) -> Outputs:
    return servable.run(signature, rows)


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype == np.object_:
        return bool((one == other).all())
    return one.tobytes() == other.tobytes()
