"""What the service needs for a load, out of what one replica did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.errors import PlanError
from loadtest.plan.step import Step
from loadtest.settings.plan import PlanSettings

_MIN_ONGOING = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """The settings that follow.

    `best` is the step with the highest rate that kept the latency goal, `max_ongoing_requests` what
    a replica takes before it refuses, `full_queue_ms` how long the last of them waits.
    """

    best: Step
    target_ongoing_requests: float
    max_ongoing_requests: int
    min_replicas: int
    max_replicas: int
    full_queue_ms: float
    workers: int


def best_step(steps: Sequence[Step], p99_ms: float) -> Step:
    """Of those before the goal was first missed; raises a PlanError where there is none."""
    kept: list[Step] = []
    for step in steps:
        if not step.meets(p99_ms):
            break
        kept.append(step)
    if kept:
        return max(kept, key=lambda step: step.rps)
    if not steps:
        raise PlanError("no step of the measurement was completed")
    first = steps[0]
    seen = "no answer" if first.p99_ms is None else f"p99 {first.p99_ms:g} ms"
    raise PlanError(
        f"plan.p99_ms: {p99_ms:g} ms is missed with {first.users} users already: {seen}, "
        f"{first.failures} failures; ask for less, or begin with fewer users (plan.max_users)"
    )


def capacity_plan(steps: Sequence[Step], settings: PlanSettings) -> CapacityPlan:
    """By Little's law a closed loop of N users keeps N requests ongoing.

    At the best step they are what a replica can have and keep the goal. The autoscaler aims below
    it by the headroom, so that the next replica comes before the goal is missed.
    """
    best = best_step(steps, settings.p99_ms)
    target = max(1.0, round(best.users / (1 + settings.headroom), 1))
    # A burst is queued, not refused, while the next replica starts (Ray: 2 to 4 times the target).
    limit = max(_MIN_ONGOING, math.ceil(4 * target))
    # 12.000000001 is 12: the quotient of two decimals is not exact.
    needed = math.ceil(round(settings.wanted_rps * (1 + settings.headroom) / best.rps, 6))
    replicas = max(settings.min_replicas, needed)
    return CapacityPlan(
        best=best,
        target_ongoing_requests=target,
        max_ongoing_requests=limit,
        min_replicas=settings.min_replicas,
        max_replicas=replicas,
        full_queue_ms=round(limit / best.rps * 1000, 1),
        # Two although one would hold them: one node may fail.
        workers=max(
            math.ceil(replicas / settings.replicas_per_worker), min(2, settings.min_replicas)
        ),
    )
