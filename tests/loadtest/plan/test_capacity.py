"""What follows from what one replica did."""

from __future__ import annotations

import pytest

from loadtest.errors import PlanError
from loadtest.plan.capacity import best_step, capacity_plan
from loadtest.plan.step import Step
from loadtest.settings.plan import PlanSettings

STEPS = [
    Step(4, 400.0, 5.0, 10.0, 0),
    Step(8, 500.0, 9.0, 20.0, 0),
    Step(12, 490.0, 20.0, 40.0, 0),
    Step(16, 480.0, 40.0, 90.0, 0),
    Step(20, 600.0, 30.0, 45.0, 0),
]


def test_the_best_step_is_the_fastest_before_the_goal_is_missed() -> None:
    """A later step that keeps it again is luck."""
    assert best_step(STEPS, 50.0) == STEPS[1]


def test_the_plan_follows_from_the_rate_and_the_headroom() -> None:
    """2000 and 30 % on top, at 500 each: 6 replicas, 2 workers of 3."""
    plan = capacity_plan(STEPS, PlanSettings(wanted_rps=2000, p99_ms=50))
    assert (plan.min_replicas, plan.max_replicas, plan.workers) == (2, 6, 2)
    assert (plan.target_ongoing_requests, plan.max_ongoing_requests) == (6.2, 25)
    assert plan.full_queue_ms == 50.0


@pytest.mark.parametrize(("wanted_rps", "replicas"), [(1, 2), (500, 2), (1000, 2), (1001, 3)])
def test_there_are_never_fewer_than_the_minimum(wanted_rps: float, replicas: int) -> None:
    """And an exact quotient is not rounded up."""
    settings = PlanSettings(wanted_rps=wanted_rps, headroom=0)
    assert capacity_plan(STEPS, settings).max_replicas == replicas


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (STEPS[3:], "50 ms is missed with 16 users already: p99 90 ms, 0 failures"),
        ([Step(1, 0.0, None, None, 7)], "no answer, 7 failures"),
        ([], "no step of the measurement was completed"),
    ],
)
def test_a_goal_that_was_never_kept_is_named(steps: list[Step], words: str) -> None:
    """With what was measured instead."""
    with pytest.raises(PlanError, match=words):
        capacity_plan(steps, PlanSettings(p99_ms=50))
