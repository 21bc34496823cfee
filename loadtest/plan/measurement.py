"""Measures one replica: a closed loop of more and more users."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loadtest.errors import GeneratorError, PlanError
from loadtest.generator.generator import Generator
from loadtest.generator.samples import Samples
from loadtest.plan.step import Step, measured_steps
from loadtest.record.counts import summed
from loadtest.run.target import RunTarget, run_target
from loadtest.run_clock import Clock
from loadtest.settings.load_test import LoadTestSettings

_POLL_S = 0.5
_HOPELESS = 2.0
"""A step that misses the goal by this factor is the last one."""
_REPLICA = "ray::ServeReplica"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one replica did, and what it is.

    The last `steps` are missing where the goal was out of reach. The CPUs that the replica reserves
    and its memory under load are None where the service is not ours to ask.
    """

    steps: tuple[Step, ...]
    cpus: float | None
    rss_bytes: int | None


def measure(settings: LoadTestSettings, tell: Callable[[Step], None]) -> Measurement:
    """Raises a PlanError where not exactly one replica answered."""
    with (
        tempfile.TemporaryDirectory(prefix="loadtest-") as folder,
        run_target(_one_replica(settings), Path(folder)) as target,
    ):
        samples = Samples()
        steps = _steps(target.settings, samples, tell)
        _require_sound(samples, settings.generator.max_cpu_percent)
        return Measurement(tuple(steps), _cpus(target), _rss_bytes(target))


def _steps(
    settings: LoadTestSettings, samples: Samples, tell: Callable[[Step], None]
) -> list[Step]:
    plan, told = settings.plan, 0
    steps: list[Step] = []
    with Generator(settings, Clock.start(), samples) as generator:
        generator.start()
        begin_s, is_over = generator.begin(), False
        while not is_over:
            is_over = generator.wait(_POLL_S)
            steps = measured_steps(samples.load, begin_s, plan)
            for step in steps[told:]:
                tell(step)
                is_over |= not step.meets(_HOPELESS * plan.p99_ms)
            told = len(steps)
    return steps


def _one_replica(settings: LoadTestSettings) -> LoadTestSettings:
    """The ramp is the steps, for a service that cannot grow."""
    plan, tree = settings.plan, settings.model_dump(mode="json")
    tree["traffic"] |= {"mode": "closed", "think_s": 0.0, "retries": 0}
    tree["phases"] |= {
        "idle_s": 0.0, "ramp_s": plan.steps * plan.step_s, "ramp_steps": plan.steps,
        "plateau_s": 1.0, "cooldown_s": 0.0, "users": plan.max_users,
    }  # fmt: skip
    tree["rules"] |= {"min_rps": 0.0}
    tree["service"]["set"] += [
        "autoscaling.min_replicas=1", "autoscaling.max_replicas=1",
        f"replica.max_ongoing_requests={max(64, 2 * plan.max_users)}",
    ]  # fmt: skip
    return LoadTestSettings.model_validate(tree)


def _cpus(target: RunTarget) -> float | None:
    return float(target.service.settings["replica"]["num_cpus"]) if target.service else None


def _rss_bytes(target: RunTarget) -> int | None:
    if target.service is None:
        return None
    replicas = target.service.processes.named(_REPLICA)
    return max((process.memory_info().rss for process in replicas), default=None)


def _require_sound(samples: Samples, max_cpu_percent: float) -> None:
    if samples.accidents:
        accident = samples.accidents[0]
        raise GeneratorError(f"{accident.name}: {accident.detail}")
    names = summed(sample.by_replica for sample in samples.load)
    if len(names) != 1:
        reason = (
            f"{len(names)} replicas answered: set autoscaling.max_replicas=1 meanwhile"
            if names
            else "no answer named its replica: switch the service's http.replica_header on"
        )
        raise PlanError(f"the plan measures one replica, but {reason}; or use --local")
    busiest = samples.busiest
    if busiest.cpu_percent > max_cpu_percent:
        raise GeneratorError(
            f"generator.max_cpu_percent: {busiest.worker} used "
            f"{busiest.cpu_percent:.0f} % of a core: the generator was the limit"
        )
