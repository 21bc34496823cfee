"""The proof, before a run, that the generator can make more load than the run asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from loadtest.errors import GeneratorError
from loadtest.generator._stub_process import RunningStub, pages_of_service, running_stub
from loadtest.generator.generator import Generator
from loadtest.generator.samples import Samples
from loadtest.run_clock import Clock
from loadtest.settings.load_test import LoadTestSettings

_WARM_UP_S = 1.0
_PATIENCE_S = 15.0
_MIN_USERS = 16


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the generator did against the stub.

    `wanted_rps` is the goal times `generator.preflight_factor`; `achieved_rps` leaves wrong answers
    out; `cpu_percent` is that of the busiest process, of one core.
    """

    wanted_rps: float
    achieved_rps: float
    cpu_percent: float
    failures: int
    causes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.achieved_rps >= self.wanted_rps and not self.failures

    def __str__(self) -> str:
        wrong = f", {self.failures} wrong answers ({'; '.join(self.causes)})" if self.causes else ""
        return (
            f"{self.achieved_rps:.0f} requests/s against a stub, "
            f"{self.wanted_rps:.0f} were to be shown, at {self.cpu_percent:.0f} % of a core{wrong}"
        )


def goal_rps(settings: LoadTestSettings) -> float:
    asked = settings.phases.asked_rps if settings.traffic.mode == "open" else 0.0
    return max(asked, settings.rules.min_rps)


def run_preflight(settings: LoadTestSettings) -> Preflight:
    """Measures the generator: the same processes, requests and checks, but a stub to answer.

    It looks at the service for the model's pages and one answer, and sends nothing else there.
    """
    samples = Samples()
    with running_stub(pages_of_service(settings)) as stub:
        changed = preflight_settings(settings, stub)
        with Generator(changed, Clock.start(), samples) as generator:
            generator.start()
            begin_s = generator.begin()
            generator.wait(settings.generator.preflight_s + _PATIENCE_S)
    wanted_rps = goal_rps(settings) * settings.generator.preflight_factor
    end_s = begin_s + settings.generator.preflight_s
    return _result(samples, wanted_rps, begin_s + _WARM_UP_S, end_s)


def require_fast_enough(settings: LoadTestSettings) -> Preflight | None:
    """None where the settings leave the proof out; raises a GeneratorError where it fails."""
    if not settings.generator.preflight_factor:
        return None
    result = run_preflight(settings)
    if not result.passed:
        raise GeneratorError(
            f"generator.preflight_factor: the generator is the limit: {result}; "
            "give it more generator.processes or other cores than the service's, and end what else "
            "keeps this machine busy"
        )
    return result


def preflight_settings(settings: LoadTestSettings, stub: RunningStub) -> LoadTestSettings:
    users = settings.phases.users
    if settings.traffic.mode == "open":
        users = math.ceil(settings.phases.asked_rps / settings.traffic.rps_per_user)
    target = {"url": stub.url, "version": None, "label": "", "grpc_tls": False}
    if stub.grpc_target:
        target["grpc_target"] = stub.grpc_target
    phases = {"idle_s": 0.0, "ramp_s": 0.0, "cooldown_s": 0.0, "users": max(users, _MIN_USERS),
              "plateau_s": settings.generator.preflight_s}  # fmt: skip
    changes = {
        "target": target,
        "traffic": {"mode": "closed", "think_s": 0.0, "retries": 0},
        "chaos": {"faults": []},
        "phases": phases,
        "rules": {"sustained_s": min(settings.rules.sustained_s, phases["plateau_s"])},
    }
    tree = settings.model_dump(mode="json")
    for group, values in changes.items():
        tree[group] |= values
    return LoadTestSettings.model_validate(tree)


def _result(samples: Samples, wanted_rps: float, start_s: float, end_s: float) -> Preflight:
    whole = samples.between(start_s, end_s)
    rps = sum(each.requests - each.failures for each in whole) / max(len(whole), 1)
    failures = sum(each.failures for each in samples.load)
    causes = tuple(cause for each in samples.load for cause in each.failures_by_cause)[:1]
    return Preflight(wanted_rps, rps, samples.busiest.cpu_percent, failures, causes)
