"""Measures one call of a model: how long it waited, how long it took, what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

import numpy as np

from serve_app.kinds.pace import Pace
from serve_app.metrics.recorder import Recorder

Tensors: TypeAlias = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class ModelCallMeter:
    """Measures the calls of one version.

    Attributes:
        api: `Predict`, `Classify` or `Regress`.
    """

    recorder: Recorder
    model: str
    version: int
    api: str = "Predict"

    def run(
        self, call: Callable[[], dict[str, np.ndarray]], inputs: Tensors, pace: Pace, asked_s: float
    ) -> dict[str, np.ndarray]:
        """Runs and records a call, in any thread.

        `asked_s` is by `perf_counter`: waiting for a thread counts.
        """
        rows = 0
        for array in inputs.values():
            size = len(array) if array.ndim else 1
            if size > rows:  # noqa: PLR1730 - max() costs three times as much
                rows = size
        started_s = perf_counter()
        outputs = None
        try:
            outputs = call()
        finally:
            ended_s = perf_counter()
            pace.note(rows, ended_s - started_s)
            self.recorder.model_call(
                self.model,
                self.version,
                self.api,
                rows=rows,
                queue_s=started_s - asked_s,
                model_s=ended_s - started_s,
                non_finite=None if outputs is None else _non_finite(outputs),
            )
        return outputs


def _non_finite(outputs: Tensors) -> int:
    count = 0
    for array in outputs.values():
        if array.dtype.kind == "f":
            finite = np.isfinite(array)
            if not np.logical_and.reduce(finite, axis=None):  # all() takes a way through Python
                count += finite.size - int(np.count_nonzero(finite))
    return count
