"""What is recorded of one request, by how it ends."""

from __future__ import annotations

import asyncio

import pytest

from serve_app.errors import DeadlineExceededError, OverloadedError
from serve_app.metrics.family import REQUEST_COUNT, REQUEST_LATENCY_US, SHED
from serve_app.metrics.recorder import Recorder


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DeadlineExceededError("late"), "DEADLINE_EXCEEDED"),
        (OverloadedError("busy", retry_after_s=1), "UNAVAILABLE"),
        (asyncio.CancelledError(), "CANCELLED"),
        (ZeroDivisionError(), "INTERNAL"),
    ],
)
def test_a_failure_counts_under_its_code(error: BaseException, code: str) -> None:
    """And goes on its way; it has no latency."""
    recorder = Recorder()
    with pytest.raises(type(error)), recorder.request("GRPC", "Predict", "iris"):
        raise error
    numbers = recorder.snapshot()
    assert numbers[REQUEST_COUNT.name] == {("iris", code): [1]}
    assert REQUEST_LATENCY_US.name not in numbers
    assert (SHED.name in numbers) == isinstance(error, OverloadedError)


def test_a_success_has_a_latency_under_the_labels_known_by_then() -> None:
    """The model is known only when the request has been read."""
    recorder = Recorder()
    with recorder.request("REST") as record:
        record.model, record.api = "iris", "predict"
    numbers = recorder.snapshot()
    assert numbers[REQUEST_COUNT.name] == {("iris", "OK"): [1]}
    assert list(numbers[REQUEST_LATENCY_US.name]) == [("iris", "predict", "REST")]
