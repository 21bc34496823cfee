from __future__ import annotations

from collections.abc import Sequence

from loadtest.record.counts import percentile, summed
from loadtest.record.observations import LoadSample, ReplicaSample

# One second of a slow service holds too few requests for a p99 that means something.
_LATENCY_WINDOW_S = 3.0


def latency_curve(load: Sequence[LoadSample], share: float) -> list[float | None]:
    """In ms for each second; None where nothing was answered."""
    return [
        percentile(summed(s.latencies for s in _window(load, index)), share)
        for index in range(len(load))
    ]


def _window(samples: Sequence[LoadSample], last: int) -> Sequence[LoadSample]:
    begin_s = samples[last].t_s - _LATENCY_WINDOW_S
    first = last
    while first > 0 and samples[first - 1].t_s > begin_s:
        first -= 1
    return samples[first : last + 1]


def ongoing(sample: ReplicaSample) -> float | None:
    parts = [replica.ongoing for replica in sample.replicas if replica.ongoing is not None]
    if sample.queued is not None:
        parts.append(sample.queued)
    return sum(parts) if parts else None
