"""Runs a model once with a row that is made up, where nobody left a real one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.protocols.tfs.json.dtypes import JSON_TYPES
from serve_app.warmup.both_paths import run_both_paths

if TYPE_CHECKING:
    from serve_app.kinds.signature import Signature, TensorSpec
    from serve_app.kinds.tensorflow.saved_model import SavedModel

_log = logging.getLogger(__name__)
_TIMEOUT_MS = 5_000


def run_zero_rows(servable: SavedModel) -> None:
    """Calls each signature once with one row of zeros and empty strings; its answer is dropped.

    A model may refuse such a row (an assertion on its range, say), or not come to an end with it:
    that is no reason not to serve.
    """
    for signature in servable.signatures.values():
        row = _zero_row(signature)
        if row is None:
            continue
        try:
            feeds = {spec.tensor_name: row[alias] for alias, spec in signature.inputs.items()}
            fetches = dict.fromkeys(spec.tensor_name for spec in signature.outputs.values())
            run_both_paths(servable, feeds, list(fetches), _TIMEOUT_MS)
        except ServeAppError as exc:
            _log.info("warmup row refused by signature %s: %s", signature.name, exc.message)


def _zero_row(signature: Signature) -> dict[str, np.ndarray] | None:
    """Returns one row for `signature`, or None where it takes nothing or a type without zeros."""
    known = all(spec.dtype in JSON_TYPES for spec in signature.inputs.values())
    if not signature.inputs or not signature.method_name or not known:
        return None
    return {alias: _zeros(spec) for alias, spec in signature.inputs.items()}


def _zeros(spec: TensorSpec) -> np.ndarray:
    shape = tuple(1 if size < 0 else size for size in spec.shape or ())
    if spec.dtype == "string":
        return np.full(shape, b"", dtype=np.object_)
    return np.zeros(shape, dtype=JSON_TYPES[spec.dtype].numpy)
