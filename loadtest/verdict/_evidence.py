"""What the rules look at: the samples of a stretch of the run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from loadtest.record.observations import LoadSample, Phase, PhaseName, ReplicaSample, RunRecord


def load_in(record: RunRecord, name: PhaseName) -> list[LoadSample]:
    """The seconds that lie wholly in a phase; none if the run did not come that far."""
    phase = record.phase(name)
    if phase is None:
        return []
    # A sample describes the second that ends there; seconds are never exactly aligned with phases.
    return [sample for sample in record.load if phase.start_s + 0.9 <= sample.t_s <= phase.end_s]


def replicas_in(record: RunRecord, name: PhaseName) -> list[ReplicaSample]:
    phase = record.phase(name)
    return [s for s in record.replicas if phase and phase.start_s <= s.t_s <= phase.end_s]


def longest_gap_s(times_s: Sequence[float], phase: Phase) -> float:
    inside = [t_s for t_s in times_s if phase.start_s <= t_s <= phase.end_s]
    edges = [phase.start_s, *inside, phase.end_s]
    return max(after - before for before, after in pairwise(edges))


def window_means(values: Sequence[float], size: int) -> list[float]:
    starts = range(len(values) - size + 1)
    return [sum(values[start : start + size]) / size for start in starts]
