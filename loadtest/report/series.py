"""The curves of a run, second by second."""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.record.latency import merged, percentile
from loadtest.record.model import LoadSample, ReplicaSample, RunRecord

# One second of a slow service holds too few requests for a p99 that means something.
_LATENCY_WINDOW_S = 3.0


@dataclass(frozen=True, slots=True)
class LoadSeries:
    """What clients saw, one entry per second; latencies in ms, None where nothing was answered."""

    t_s: list[float]
    rps: list[int]
    asked_rps: list[float | None]
    failures: list[int]
    users: list[int]
    p50_ms: list[float | None]
    p95_ms: list[float | None]
    p99_ms: list[float | None]


@dataclass(frozen=True, slots=True)
class ReplicaSeries:
    """What Ray Serve reported, one entry per look; `ongoing` with what waits outside."""

    t_s: list[float]
    target: list[int]
    running: list[int]
    ongoing: list[float | None]


def load_series(record: RunRecord) -> LoadSeries:
    """Returns the clients' curves."""
    samples = record.load
    windows = [
        merged(s.latencies for s in _window(samples, index)) for index in range(len(samples))
    ]
    return LoadSeries(
        t_s=[sample.t_s for sample in samples],
        rps=[sample.requests for sample in samples],
        asked_rps=[sample.asked_rps for sample in samples],
        failures=[sample.failures for sample in samples],
        users=[sample.users for sample in samples],
        p50_ms=[percentile(window, 0.50) for window in windows],
        p95_ms=[percentile(window, 0.95) for window in windows],
        p99_ms=[percentile(window, 0.99) for window in windows],
    )


def _window(samples: tuple[LoadSample, ...], last: int) -> list[LoadSample]:
    begin_s = samples[last].t_s - _LATENCY_WINDOW_S
    first = last
    while first > 0 and samples[first - 1].t_s > begin_s:
        first -= 1
    return list(samples[first : last + 1])


def replica_series(record: RunRecord) -> ReplicaSeries:
    """Returns Ray Serve's curves."""
    samples = record.replicas
    return ReplicaSeries(
        t_s=[sample.t_s for sample in samples],
        target=[sample.target for sample in samples],
        running=[sample.running for sample in samples],
        ongoing=[ongoing(sample) for sample in samples],
    )


def ongoing(sample: ReplicaSample) -> float | None:
    """Returns the requests inside the replicas and before them; None where none was read."""
    parts = [replica.ongoing for replica in sample.replicas if replica.ongoing is not None]
    if sample.queued is not None:
        parts.append(sample.queued)
    return sum(parts) if parts else None
