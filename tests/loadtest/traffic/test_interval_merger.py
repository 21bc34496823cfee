"""The seconds of all processes, put together."""

from __future__ import annotations

from loadtest.traffic._interval_merger import IntervalMerger
from loadtest.traffic._interval_recorder import Second


def numbers(seconds: IntervalMerger, now_s: float) -> list[tuple[int, int]]:
    """Returns what is ready: number and requests."""
    return [(each.number, each.requests) for each in seconds.ready(now_s)]


def test_a_second_is_given_out_when_all_have_reported_it() -> None:
    """And once only."""
    seconds = IntervalMerger(frozenset({"a", "b"}))
    seconds.add("a", Second(3, requests=1))
    assert numbers(seconds, 4.1) == []
    seconds.add("b", Second(3, requests=2))
    assert numbers(seconds, 4.1) == [(3, 3)]
    assert numbers(seconds, 4.2) == []


def test_a_process_that_is_silent_or_gone_holds_nothing_up() -> None:
    """After a while, or at once when it is known to be gone."""
    seconds = IntervalMerger(frozenset({"a", "b"}))
    seconds.add("a", Second(3, requests=1))
    assert numbers(seconds, 5.6) == [(3, 1)]
    seconds.drop("b")
    seconds.add("a", Second(4, requests=1))
    assert numbers(seconds, 5.6) == [(4, 1)]


def test_a_late_report_is_added_to_the_next_second() -> None:
    """The sum over the run stays right."""
    seconds = IntervalMerger(frozenset({"a", "b"}))
    seconds.add("a", Second(3, requests=1))
    assert numbers(seconds, 6.5) == [(3, 1), (4, 0)]
    seconds.add("b", Second(3, requests=5))
    assert [(each.number, each.requests) for each in seconds.rest()] == [(5, 5)]


def test_there_are_no_gaps() -> None:
    """A second in which nobody reported anything is an empty one."""
    seconds = IntervalMerger(frozenset({"a"}))
    seconds.add("a", Second(1, requests=1))
    seconds.add("a", Second(4, requests=1))
    assert numbers(seconds, 5.0) == [(1, 1), (2, 0), (3, 0), (4, 1)]
