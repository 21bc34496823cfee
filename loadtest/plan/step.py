"""The steps of the measurement: more and more users on one replica."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loadtest.record.counts import percentile, summed
from loadtest.record.observations import LoadSample
from loadtest.settings.plan import PlanSettings


@dataclass(frozen=True, slots=True)
class Step:
    """What one replica did with so many users; a latency is None without an answer."""

    users: int
    rps: float
    p50_ms: float | None
    p99_ms: float | None
    failures: int

    def meets(self, p99_ms: float) -> bool:
        return not self.failures and self.p99_ms is not None and self.p99_ms <= p99_ms


def step_users(settings: PlanSettings) -> list[int]:
    shares = range(1, settings.steps + 1)
    return [max(1, round(settings.max_users * share / settings.steps)) for share in shares]


def measured_steps(
    load: Iterable[LoadSample], begin_s: float, settings: PlanSettings
) -> list[Step]:
    samples, steps = sorted(load, key=lambda sample: sample.t_s), []
    for number, users in enumerate(step_users(settings)):
        start_s = begin_s + number * settings.step_s
        end_s = start_s + settings.step_s
        whole = [each for each in samples
                 if start_s + settings.settle_s <= each.t_s - 1 and each.t_s <= end_s]  # fmt: skip
        if not samples or samples[-1].t_s < end_s - 1 or not whole:
            break
        steps.append(_step(users, whole))
    return steps


def _step(users: int, seconds: Sequence[LoadSample]) -> Step:
    failures = sum(each.failures for each in seconds)
    answers = sum(each.requests for each in seconds) - failures
    latencies = summed(each.latencies for each in seconds)
    return Step(
        users=users,
        rps=answers / len(seconds),
        p50_ms=percentile(latencies, 0.5),
        p99_ms=percentile(latencies, 0.99),
        failures=failures,
    )
