"""Holds the numbers of one replica."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable

from serve_app.metrics.family import Family
from serve_app.metrics.snapshot import Labels, Snapshot

OTHER = "other"


class Registry:
    """Counters and histograms; safe in any thread, about a microsecond per number.

    Args:
        max_series: Label values per family at most; what comes after them is counted under a first
            label of `other`. A client chooses the model name that it asks for, and must not be able
            to fill the memory with names.
    """

    def __init__(self, max_series: int = 1000) -> None:
        self._max_series = max_series
        self._points: Snapshot = {}
        self._lock = threading.Lock()

    def add(self, family: Family, labels: Labels, amount: float = 1) -> None:
        self.record(((family, labels, amount),))

    def observe(self, family: Family, labels: Labels, value: float) -> None:
        """Puts `value` into a histogram; a bucket takes values up to and with its bound."""
        self.record(((family, labels, value),))

    def record(self, values: Iterable[tuple[Family, Labels, float]]) -> None:
        """Adds to counters and puts into histograms, several at a time for one lock."""
        with self._lock:
            for family, labels, value in values:
                numbers = self._numbers(family, labels)
                if family.bounds:
                    numbers[bisect_left(family.bounds, value)] += 1
                    numbers[-1] += value
                else:
                    numbers[0] += value

    def snapshot(self) -> Snapshot:
        with self._lock:
            return {
                name: {labels: list(numbers) for labels, numbers in points.items()}
                for name, points in self._points.items()
            }

    def _numbers(self, family: Family, labels: Labels) -> list[float]:
        points = self._points.get(family.name)
        if points is None:
            points = self._points[family.name] = {}
        numbers = points.get(labels)
        return numbers if numbers is not None else self._new(points, family, labels)

    def _new(
        self, points: dict[Labels, list[float]], family: Family, labels: Labels
    ) -> list[float]:
        if len(points) >= self._max_series:
            labels = (OTHER, *labels[1:])
        # Buckets, one for what is above them, and the sum; or the one number of a counter.
        size = len(family.bounds) + 2 if family.bounds else 1
        return points.setdefault(labels, [0] * size)
