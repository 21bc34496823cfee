"""The steps of the measurement."""

from __future__ import annotations

import pytest

from loadtest.plan.step import Step, measured_steps, step_users
from loadtest.record.observations import LoadSample
from loadtest.settings.plan import PlanSettings

SETTINGS = PlanSettings(max_users=10, steps=2, step_s=4, settle_s=1)


def second(t_s: float, requests: int, latency_ms: float, failures: int = 0) -> LoadSample:
    """Returns one second of load."""
    return LoadSample(
        t_s=t_s, users=1, asked_rps=None, requests=requests, failures=failures,
        latencies={latency_ms: requests},
    )  # fmt: skip


def test_a_step_is_its_whole_seconds_without_the_first_one() -> None:
    """The users of the step before still answer in it."""
    # The steps are 0.5 to 4.5 s and 4.5 to 8.5 s; a second is known by its end.
    slow = [second(t, 100, 5.0) for t in (2, 3, 4)]
    fast = [second(t, 300, 9.0) for t in (7, 8, 9)]
    between = [second(t, 7, 1000.0) for t in (1, 5, 6)]
    first, last = measured_steps(slow + fast + between, 0.5, SETTINGS)
    assert (first.users, first.rps, first.p99_ms) == (5, 100, 5.0)
    assert (last.users, last.rps, last.p99_ms) == (10, 300, 9.0)


def test_a_step_that_is_not_over_is_not_given_out() -> None:
    """Nor is one that never began."""
    load = [second(t, 10, 1.0) for t in range(1, 7)]
    assert [step.users for step in measured_steps(load, 0.0, SETTINGS)] == [5]
    assert measured_steps([], 0.0, SETTINGS) == []


@pytest.mark.parametrize(
    ("step", "meets"),
    [
        (Step(1, 10.0, 1.0, 50.0, 0), True),
        (Step(1, 10.0, 1.0, 50.1, 0), False),
        (Step(1, 10.0, 1.0, 5.0, 1), False),
        (Step(1, 0.0, None, None, 0), False),
    ],
)
def test_the_goal_is_a_latency_without_failures(step: Step, *, meets: bool) -> None:
    """An answer that is fast and wrong is none."""
    assert step.meets(50.0) is meets


def test_steps_are_equal_and_end_at_the_most_users() -> None:
    """Never fewer than one user."""
    assert step_users(PlanSettings(max_users=32, steps=8)) == [4, 8, 12, 16, 20, 24, 28, 32]
    assert step_users(PlanSettings(max_users=1, steps=3)) == [1, 1, 1]
