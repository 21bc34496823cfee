"""Counts by something, which can be added up, and percentiles out of counted latencies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key")


def summed(parts: Iterable[Mapping[Key, int]]) -> Counter[Key]:
    total: Counter[Key] = Counter()
    for part in parts:
        total.update(part)
    return total


def percentile(latencies: Mapping[float, int], share: float) -> float | None:
    """The latency in milliseconds that `share` (0.99 for p99) of the requests did not exceed.

    It is one that was measured (the nearest rank), never an interpolation.
    """
    rank = math.ceil(share * sum(latencies.values()))
    for latency_ms in sorted(latencies):
        rank -= latencies[latency_ms]
        if rank <= 0:
            return latency_ms
    return None
