"""Warms one version: with its publisher's recorded requests, or else with a row of zeros."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.kinds.servable import Call, Servable, Tensors
from serve_app.kinds.signature import Signature
from serve_app.kinds.tensor_types import PLAIN_TYPES
from serve_app.metrics.recorder import Recorder

_log = logging.getLogger(__name__)
_ZEROS_TIMEOUT_MS = 5_000
FILE = Path("assets.extra", "tf_serving_warmup_requests")


def warm_version(
    servable: Servable, folder: Path, iterations: int, recorder: Recorder
) -> Mapping[str, Tensors]:
    """Runs every request of the version's warmup file, `iterations` times each, one by one.

    Returns:
        Signature -> rows that the file has for it.

    Raises:
        ServeAppError: The file is damaged or a request fails. As in TensorFlow Serving the version
            must not become AVAILABLE then: what was recorded as good is no longer.
    """
    path = folder / FILE
    if path.exists():
        return _replay_file(servable, path, iterations, recorder)
    started_s = perf_counter()
    _run_zeros(servable)
    _log.warning(
        "%s has no warmup data (%s): warmed with a row of zeros in %.0f ms; first real "
        "requests may be slower",
        folder, FILE, (perf_counter() - started_s) * 1000,
    )  # fmt: skip
    return {}


def _replay_file(
    servable: Servable, path: Path, iterations: int, recorder: Recorder
) -> Mapping[str, Tensors]:
    from serve_app.warmup.replay import Replay  # its messages load TensorFlow

    started_s, code, replay = perf_counter(), "OK", Replay(servable, iterations)
    try:
        replay.file(path)
    except ServeAppError as exc:
        code = exc.code_name
        raise
    finally:
        took_s = perf_counter() - started_s
        recorder.warmup(str(path.parent.parent), code, replay.records, took_s)
    _log.info("warmed %d records in %.0f ms from %s", replay.records, took_s * 1000, path)
    return replay.rows()


def _run_zeros(servable: Servable) -> None:
    """Calls each signature once with one row of zeros and empty strings; its answer is dropped.

    A model may refuse such a row (an assertion on its range, say), or not come to an end with it:
    that is no reason not to serve. One whose calls leave something behind is not called at all.
    """
    for signature in servable.signatures.values():
        row = _zero_row(signature)
        if row is None or servable.traits(signature.name).stateful:
            continue
        try:
            run_both_ways(
                servable, Call(signature, tuple(signature.outputs)), row, _ZEROS_TIMEOUT_MS
            )
        except ServeAppError as exc:
            _log.info("warmup row refused by signature %s: %s", signature.name, exc.message)


def run_both_ways(
    servable: Servable, call: Call, inputs: Tensors, timeout_ms: int = 20_000
) -> dict[str, np.ndarray]:
    """Computes a call twice: with a time limit of its own, and with that of all calls.

    Requests without a deadline (REST) and with one (gRPC) may reach a model by two ways, each of
    which is prepared at its first call: both are warm after this.
    """
    servable.run(call, inputs, timeout_ms=timeout_ms)
    return servable.run(call, inputs)


def _zero_row(signature: Signature) -> dict[str, np.ndarray] | None:
    """Returns one row for `signature`, or None where it takes nothing or a type without zeros."""
    known = all(spec.dtype in PLAIN_TYPES for spec in signature.inputs.values())
    if not signature.inputs or not signature.method_name or not known:
        return None
    row = {}
    for alias, spec in signature.inputs.items():
        shape = tuple(1 if size < 0 else size for size in spec.shape or ())
        zero: object = b"" if spec.dtype == "string" else 0
        row[alias] = np.full(shape, zero, PLAIN_TYPES[spec.dtype])
    return row
