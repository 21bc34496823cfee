"""Counting, second by second."""

from __future__ import annotations

import pytest

from loadtest.traffic._interval_recorder import IntervalRecorder, Second


class Hand:
    """A clock that a test moves."""

    now_s = 0.5

    def __call__(self) -> float:
        """Returns the time."""
        return self.now_s


def test_a_request_counts_in_the_second_in_which_it_ended() -> None:
    """And a second in which none did is not given out, nor one that is not over."""
    clock = Hand()
    recorder = IntervalRecorder(clock)
    recorder.record(10, None, "r1", retried=False)
    clock.now_s = 1.2
    recorder.record(11, None, "r2", retried=False)
    assert [(each.number, each.requests) for each in recorder.take_ended()] == [(0, 1)]
    assert recorder.take_ended() == []
    clock.now_s = 2.0
    assert [each.by_replica for each in recorder.take_ended()] == [{"r2": 1}]


@pytest.mark.parametrize(
    ("latency_ms", "kept"), [(0.123456, 0.123), (9.8765, 9.88), (123.456, 123.0), (1234.5, 1230.0)]
)
def test_latencies_keep_three_digits(latency_ms: float, kept: float) -> None:
    """Locust's own statistics keep two; p99 over a second would jump."""
    recorder = IntervalRecorder(Hand())
    recorder.record(latency_ms, None, "", retried=False)
    assert recorder._current.latencies == {kept: 1}


def test_a_failure_is_counted_by_its_cause_and_a_success_after_a_retry_as_such() -> None:
    """A request that failed in spite of retries is a failure only."""
    recorder = IntervalRecorder(Hand())
    recorder.record(1, "503: full", "", retried=True)
    recorder.record(1, None, "", retried=True)
    recorder.record(1, None, "", retried=False)
    second = recorder._current
    assert (second.requests, second.failures, second.retried) == (3, 1, 1)
    assert second.causes == {"503: full": 1}


def test_causes_cannot_grow_without_bound() -> None:
    """A server that writes an id into each error must not fill the memory; nothing is lost."""
    recorder = IntervalRecorder(Hand())
    for number in range(100):
        recorder.record(1, f"error {number} " + "x" * 500, "", retried=False)
    causes = recorder._current.causes
    assert len(causes) == 21
    assert sum(causes.values()) == 100
    assert max(map(len, causes)) == 160


def test_a_second_survives_the_way_between_processes() -> None:
    """As plain data: lists, texts and numbers."""
    second = Second(7, requests=3, failures=1, retried=1)
    second.latencies[1.25] = 3
    second.by_replica["r"] = 2
    second.causes["c"] = 1
    assert Second.of_message(second.to_message()) == second
