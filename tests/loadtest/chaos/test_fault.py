"""What clients saw of a fault, against what the goal allows."""

from __future__ import annotations

import pytest

from loadtest.chaos._fault import Damage, Injection
from loadtest.record.observations import LoadSample


@pytest.mark.parametrize(
    ("failed", "retries", "recovered_s", "passed"),
    [
        (3, 0, 2.0, True),
        (4, 0, 2.0, False),
        (3, 0, None, False),
        (0, 5, 2.0, True),
        (1, 5, 2.0, False),
    ],
)
def test_requests_in_flight_may_fail_once_but_not_when_sent_again(
    failed: int, retries: int, recovered_s: float | None, passed: bool
) -> None:
    """Only those between the fault and the next are counted."""
    load = [
        LoadSample(t_s=t_s, users=9, asked_rps=None, requests=50, failures=count, retried=2)
        for t_s, count in ((9.9, 7), (10.5, failed), (20.1, 7))
    ]
    injection = Injection(fault="kill-replica", t_s=10.0, end_s=20.0, damage=Damage(3, "x"),
                          recovered_s=recovered_s)  # fmt: skip
    found = injection.outcome(load, retries=retries)
    assert (found.failures, found.retried, found.passed) == (failed, 2, passed)
    assert found.allowed == (0 if retries else 3)
