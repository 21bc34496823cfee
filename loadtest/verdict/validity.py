"""What makes a run worthless as a proof: a generator at its limit, eyes that were shut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from loadtest.record.observations import GeneratorSample, RunRecord
from loadtest.settings.generator import GeneratorSettings
from loadtest.settings.load_test import LoadTestSettings
from loadtest.settings.phases import PhaseSettings
from loadtest.traffic.load_profile import phases
from loadtest.verdict._evidence import load_in, longest_gap_s, window_means
from loadtest.verdict.result import RuleResult

INTERRUPTED = "interrupted"
"""Name of the event that says why a run ended early."""
_MASTER = "master"
"""Name of the generator process that sends nothing itself."""


def complete(record: RunRecord, planned: PhaseSettings) -> RuleResult:
    early = next((event for event in record.events if event.name == INTERRUPTED), None)
    wanted = [phase.name for phase in phases(planned, 0.0)]
    missing = [name for name in wanted if record.phase(name) is None]
    return RuleResult(
        name="complete",
        title="The run came to its end",
        asked=", ".join(wanted),
        measured=early.detail if early else f"no {', '.join(missing)}" if missing else "all",
        passed=early is None and not missing,
    )


def generator_heard(record: RunRecord, limits: GeneratorSettings) -> RuleResult:
    gaps = [
        longest_gap_s([sample.t_s for sample in record.load], phase)
        for name in ("ramp", "plateau")
        if (phase := record.phase(name))
    ]
    longest_s = max(gaps, default=float("inf"))
    return RuleResult(
        name="generator-heard",
        title="Longest silence of the load generator",
        asked=f"at most {limits.max_gap_s:g} s",
        measured=f"{longest_s:.1f} s",
        passed=longest_s <= limits.max_gap_s,
    )


def generator_cpu(record: RunRecord, limits: GeneratorSettings) -> RuleResult:
    windows = _windows(record, limits.cpu_window_s, lambda sample: sample.cpu_percent)
    worst, worker = max(windows, default=(None, ""))
    return RuleResult(
        name="generator-cpu",
        title=f"CPU of the busiest generator process, over {limits.cpu_window_s:g} s",
        asked=f"at most {limits.max_cpu_percent:g} % of a core",
        measured="unknown" if worst is None else f"{worst:.0f} % ({worker})",
        passed=worst is not None and worst <= limits.max_cpu_percent,
    )


def generator_lag(record: RunRecord, limits: GeneratorSettings) -> RuleResult:
    """A process that waits for CPU uses little."""
    windows = _windows(record, limits.cpu_window_s, lambda sample: sample.lag_ms)
    worst, worker = max(windows, default=(None, ""))
    return RuleResult(
        name="generator-lag",
        title=f"Lag of the latest generator process, over {limits.cpu_window_s:g} s",
        asked=f"at most {limits.max_lag_ms:g} ms",
        measured="unknown" if worst is None else f"{worst:.0f} ms ({worker})",
        passed=worst is not None and worst <= limits.max_lag_ms,
    )


def _windows(
    record: RunRecord, window_s: float, value: Callable[[GeneratorSample], float]
) -> Iterator[tuple[float, str]]:
    ramp, plateau = record.phase("ramp"), record.phase("plateau")
    if ramp is None or plateau is None:
        return
    by_worker: dict[str, list[float]] = defaultdict(list)
    for sample in record.generator:
        if ramp.start_s < sample.t_s <= plateau.end_s and sample.alive:
            by_worker[sample.worker].append(value(sample))
    for worker, values in by_worker.items():
        size = min(max(1, round(window_s)), len(values))
        yield from ((mean, worker) for mean in window_means(values, size))


def generator_alive(record: RunRecord, limits: GeneratorSettings) -> RuleResult:
    wanted = limits.processes + limits.workers
    seen = {sample.worker for sample in record.generator} - {_MASTER}
    dead = sorted({sample.worker for sample in record.generator if not sample.alive})
    return RuleResult(
        name="generator-alive",
        title="Generator processes that worked until the end",
        asked=str(wanted),
        measured=f"{len(seen - set(dead))}" + (f"; died: {', '.join(dead)}" if dead else ""),
        passed=len(seen) >= wanted and not dead,
    )


def asked_rate(record: RunRecord, limits: GeneratorSettings) -> RuleResult:
    plateau = [s for s in load_in(record, "plateau") if s.asked_rps is not None]
    asked = sum(sample.asked_rps or 0.0 for sample in plateau)
    sent = sum(sample.requests for sample in plateau)
    share = sent / asked if asked else 0.0
    return RuleResult(
        name="asked-rate",
        title="Share of the asked rate that was sent in the plateau",
        asked=f"at least {limits.min_asked_share:.0%}",
        measured=f"{share:.1%}: {sent:,} of {asked:,.0f} requests",
        passed=share >= limits.min_asked_share,
    )


def users_reached(record: RunRecord, wanted: int) -> RuleResult:
    fewest = min((sample.users for sample in load_in(record, "plateau")), default=0)
    return RuleResult(
        name="users",
        title="Users in the plateau, at the least",
        asked=str(wanted),
        measured=str(fewest),
        passed=fewest >= wanted,
    )


def replicas_watched(record: RunRecord, max_gap_s: float) -> RuleResult:
    times_s = [sample.t_s for sample in record.replicas]
    gaps = [longest_gap_s(times_s, phase) for phase in record.phases]
    longest_s = max(gaps, default=float("inf")) if times_s else float("inf")
    return RuleResult(
        name="replicas-watched",
        title="Longest time without a look at the replicas",
        asked=f"at most {max_gap_s:g} s",
        measured=f"{longest_s:.1f} s" if times_s else "they were never seen",
        passed=longest_s <= max_gap_s,
    )


def checks(record: RunRecord, settings: LoadTestSettings) -> Iterator[RuleResult]:
    yield complete(record, settings.phases)
    yield generator_heard(record, settings.generator)
    yield generator_cpu(record, settings.generator)
    yield generator_lag(record, settings.generator)
    yield generator_alive(record, settings.generator)
    if settings.traffic.mode == "open":
        yield asked_rate(record, settings.generator)
    else:
        yield users_reached(record, settings.phases.users)
    if settings.replicas.dashboard_url or record.replicas:
        yield replicas_watched(record, settings.replicas.max_gap_s)
