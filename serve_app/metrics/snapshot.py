"""The values of all metrics at one moment, which can travel between replicas and be added up."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeAlias

Labels: TypeAlias = tuple[str, ...]
Snapshot: TypeAlias = dict[str, dict[Labels, list[float]]]
"""Family name -> label values -> numbers.

A counter has one number; a histogram has one per bucket (not cumulative) and then the sum. So two
snapshots of the same families add up number by number, whatever the numbers mean.
"""


def total(snapshots: Iterable[Snapshot]) -> Snapshot:
    """Returns the sum of `snapshots`; none of them is changed.

    Numbers that do not fit (another release of this program with other buckets) are left out.
    """
    merged: Snapshot = {}
    for snapshot in snapshots:
        for name, points in snapshot.items():
            family = merged.setdefault(name, {})
            for labels, numbers in points.items():
                known = family.get(labels)
                if known is None:
                    family[labels] = list(numbers)
                elif len(known) == len(numbers):
                    family[labels] = [a + b for a, b in zip(known, numbers, strict=True)]
    return merged


def dump(snapshot: Snapshot) -> bytes:
    tree = {name: list(points.items()) for name, points in snapshot.items()}
    return json.dumps(tree).encode()


def load(data: bytes) -> Snapshot:
    """Returns the snapshot that `dump` wrote.

    Raises:
        ValueError: `data` is something else.
    """
    try:
        tree = json.loads(data)
        return {
            name: {tuple(labels): list(map(float, numbers)) for labels, numbers in points}
            for name, points in tree.items()
        }
    except (AttributeError, TypeError) as exc:
        raise ValueError(f"not a snapshot of metrics: {exc}") from exc
