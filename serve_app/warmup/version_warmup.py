"""Warms one version: with its publisher's recorded requests, or else with a row of zeros."""

from __future__ import annotations

import logging
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from serve_app.errors import ServeAppError
from serve_app.kinds.tensorflow.row_wise_copies import RowWiseCopies
from serve_app.kinds.tensorflow.sharing.trial import Sharing, learn_sharing
from serve_app.metrics.recorder import Recorder
from serve_app.predictor.traits import CallTraits
from serve_app.warmup.recorded_rows import recorded_rows
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
    servable: SavedModel, folder: Path, sharing: Sharing
) -> tuple[dict[str, CallTraits], RowWiseCopies]:
    """Returns what the calls of each signature are like, by its name, and row-wise copies.

    Args:
        servable: The loaded version; nobody else uses it yet.
        folder: Where it was loaded from.
        sharing: The setting.
    """
    recorded = {name: rows for name, signature in servable.signatures.items()
                if (rows := recorded_rows(folder, signature))}  # fmt: skip
    learnt, copies = learn_sharing(servable, sharing, recorded)
    traits = {}
    for name, known in learnt.items():
        traits[name] = CallTraits(known.shared_rows, known.row_width)
        for count, took_s in known.timings:
            traits[name].pace.note(count, took_s)
    return traits, copies


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
