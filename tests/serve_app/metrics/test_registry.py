"""The numbers of one replica."""

from __future__ import annotations

import threading

from serve_app.metrics._registry import Registry
from serve_app.metrics.family import REQUEST_COUNT, Family

SIZES = Family("sizes", "histogram", ("of",), (1.0, 10.0))


def test_a_bucket_takes_values_up_to_and_with_its_bound() -> None:
    """Three buckets for two bounds, and the sum behind them."""
    registry = Registry()
    for value in (0.5, 1, 2, 10, 11):
        registry.observe(SIZES, ("a",), value)
    assert registry.snapshot() == {"sizes": {("a",): [2, 2, 1, 24.5]}}


def test_a_client_cannot_fill_the_memory_with_names() -> None:
    """Beyond the limit the model is `other`; the status stays."""
    registry = Registry(max_series=2)
    for name in ("a", "b", "c", "d", "a"):
        registry.add(REQUEST_COUNT, (name, "NOT_FOUND"))
    found = registry.snapshot()[REQUEST_COUNT.name]
    assert {labels[0]: numbers for labels, numbers in found.items()} == {
        "a": [2], "b": [1], "other": [2],
    }  # fmt: skip
    assert {status for _, status in found} == {"NOT_FOUND"}


def test_no_number_is_lost_between_threads() -> None:
    """The event loop and the threads of the model calls write at the same time."""
    registry = Registry()

    def count() -> None:
        for _ in range(2000):
            registry.add(REQUEST_COUNT, ("a", "OK"))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert registry.snapshot()[REQUEST_COUNT.name][("a", "OK")] == [8000]


def test_a_snapshot_is_a_copy() -> None:
    """What is counted later does not change it."""
    registry = Registry()
    registry.add(REQUEST_COUNT, ("a", "OK"))
    before = registry.snapshot()
    registry.add(REQUEST_COUNT, ("a", "OK"))
    assert before[REQUEST_COUNT.name][("a", "OK")] == [1]
