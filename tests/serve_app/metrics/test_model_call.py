"""What is recorded of one model call."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import pytest

from serve_app.errors import DeadlineExceededError
from serve_app.kinds.pace import Pace
from serve_app.metrics.family import (
    BATCH_ROWS,
    MODEL_S,
    NON_FINITE,
    QUEUE_S,
    ROWS,
    RUNTIME_LATENCY_US,
)
from serve_app.metrics.model_call import ModelCallMeter
from serve_app.metrics.recorder import Recorder

LABELS = ("iris", "3")


def measured(recorder: Recorder, call: Any, inputs: dict[str, np.ndarray]) -> None:
    """Runs and records a call of iris, version 3."""
    ModelCallMeter(recorder, "iris", 3).run(call, inputs, Pace(), perf_counter())


@pytest.mark.parametrize(
    ("inputs", "rows"),
    [
        ({"x": np.zeros((3, 2)), "y": np.zeros(3)}, 3),
        ({"x": np.zeros(())}, 1),
        ({"x": np.zeros(0)}, 0),
        ({}, 0),
    ],
)
def test_rows_are_the_first_dimension(inputs: dict[str, np.ndarray], rows: int) -> None:
    """A scalar is one row."""
    recorder = Recorder()
    measured(recorder, dict, inputs)
    assert recorder.snapshot()[ROWS.name] == {LABELS: [rows]}


def test_values_that_are_not_finite_are_counted_in_floats_only() -> None:
    """One per value; strings and integers have none."""
    outputs = {
        "f": np.array([[np.nan, 1.0], [np.inf, -np.inf]], np.float32),
        "s": np.array([b"nan"], np.object_),
        "i": np.array([1]),
    }
    recorder = Recorder()
    measured(recorder, lambda: outputs, {})
    assert recorder.snapshot()[NON_FINITE.name] == {LABELS: [3]}


def test_a_failed_call_has_times_but_no_rows() -> None:
    """Its error goes on its way."""
    recorder = Recorder()

    def fail() -> dict[str, np.ndarray]:
        raise DeadlineExceededError("late")

    with pytest.raises(DeadlineExceededError):
        measured(recorder, fail, {"x": np.zeros(2)})
    numbers = recorder.snapshot()
    assert {MODEL_S.name, QUEUE_S.name, BATCH_ROWS.name} == set(numbers)
    assert RUNTIME_LATENCY_US.name not in numbers
