"""Warms one version: with its publisher's recorded requests, or else with a row of zeros."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from serve_app.errors import ServeAppError
from serve_app.kinds.tensorflow.company import Company
from serve_app.kinds.tensorflow.sharing.sample_rows import Rows, made_up_rows, recorded_rows
from serve_app.kinds.tensorflow.sharing.sharing_probe import (
    Sharing,
    has_batch_dimension,
    learn,
    learn_company,
)
from serve_app.metrics.recorder import Recorder
from serve_app.predictor.traits import CallTraits
from serve_app.warmup.records import FILE, read_records
from serve_app.warmup.replay import replay
from serve_app.warmup.zero_row import run_zero_rows

if TYPE_CHECKING:
    from serve_app.kinds.tensorflow.saved_model import SavedModel

_log = logging.getLogger(__name__)


def warm_version(servable: SavedModel, folder: Path, iterations: int, recorder: Recorder) -> None:
    """Runs every request of the version's warmup file, `iterations` times each, one by one.

    Args:
        servable: The loaded version; nobody else uses it yet.
        folder: Where it was loaded from; its warmup file is
            `assets.extra/tf_serving_warmup_requests`.
        iterations: As in TensorFlow Serving's --num_request_iterations_for_warmup.
        recorder: Takes latency and number of records.

    Raises:
        ServeAppError: The file is damaged or a request fails. As in TensorFlow Serving the version
            must not become AVAILABLE then: what was recorded as good is no longer.
    """
    path = folder / FILE
    if not path.exists():
        started_s = perf_counter()
        run_zero_rows(servable)
        _log.warning(
            "%s has no warmup data (%s): warmed with a row of zeros in %.0f ms; first real "
            "requests may be slower",
            folder, FILE, (perf_counter() - started_s) * 1000,
        )  # fmt: skip
        return
    _replay_file(servable, path, iterations, recorder)


def learn_traits(
    servable: SavedModel, folder: Path, sharing: Sharing, copies: Callable[[], Company]
) -> tuple[dict[str, CallTraits], Company]:
    """Returns what the calls of each signature are like, by its name, and row-wise copies.

    Args:
        servable: The loaded version; nobody else uses it yet.
        folder: Where it was loaded from.
        sharing: The setting.
        copies: Makes the row-wise copies; called only if a signature can use them.
    """
    traits: dict[str, CallTraits] = {}
    samples: dict[str, list[Rows]] = {}
    for signature in servable.signatures.values():
        traits[signature.name] = CallTraits()
        if signature.method_name and signature.inputs:
            # Made-up values may keep a loop from ending.
            made_up = None if servable.has_loops else made_up_rows(signature)
            rows = (recorded_rows(folder, signature), made_up)
            samples[signature.name] = [each for each in rows if each]
            learn(servable, signature, samples[signature.name], sharing, traits[signature.name])
    needy = [
        signature
        for name, signature in servable.signatures.items()
        if samples.get(name) and not traits[name].shared_rows and has_batch_dimension(signature)
    ]
    company = copies() if needy and sharing == "exact" and not servable.has_loops else Company()
    for signature in needy if company.models else ():
        learn_company(servable, company, signature, samples[signature.name], traits[signature.name])
    return traits, company


def _replay_file(servable: SavedModel, path: Path, iterations: int, recorder: Recorder) -> None:
    started_s, records, code = perf_counter(), 0, "OK"
    try:
        for log in read_records(path):
            for _ in range(iterations):
                replay(servable, log)
            records += 1
    except ServeAppError as exc:
        code = exc.code_name
        raise
    finally:
        took_s = perf_counter() - started_s
        recorder.warmup(str(path.parent.parent), code, records, took_s)
    _log.info("warmed %d records in %.0f ms from %s", records, took_s * 1000, path)
