"""Prints a snapshot in Prometheus's text format, as TensorFlow Serving's page looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from serve_app.metrics.family import FAMILIES, Family
from serve_app.metrics.snapshot import Labels, Snapshot

CONTENT_TYPE = "text/plain"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def page(snapshot: Snapshot, families: Iterable[Family] = FAMILIES) -> bytes:
    """Returns the page, in the order of the names; a family without a value has its TYPE line.

    Labels always stand in braces and histograms are cumulative. Bounds are printed with six
    digits, as TensorFlow Serving does, so that queries by `le` find them; sums in full.
    """
    ordered = sorted(families, key=lambda family: family.name)
    lines = [line for family in ordered for line in _lines(family, snapshot)]
    return "".join(f"{line}\n" for line in lines).encode(errors="replace")


def _lines(family: Family, snapshot: Snapshot) -> Iterator[str]:
    if family.text:
        yield f"# HELP {family.name} {family.text}"
    yield f"# TYPE {family.name} {family.kind}"
    for values, numbers in sorted(snapshot.get(family.name, {}).items()):
        labels = ",".join(_pairs(family.labels, values))
        if family.kind == "counter":
            yield f"{family.name}{{{labels}}} {_number(numbers[0])}"
        else:
            yield from _histogram(family, labels, numbers)


def _histogram(family: Family, labels: str, numbers: Sequence[float]) -> Iterator[str]:
    *buckets, sum_ = numbers
    bounds = [*(f"{bound:.6g}" for bound in family.bounds), "+Inf"]
    count = 0.0
    for bound, count in zip(bounds, accumulate(buckets), strict=False):
        yield f'{family.name}_bucket{{{labels},le="{bound}"}} {_number(count)}'
    yield f"{family.name}_sum{{{labels}}} {_number(sum_)}"
    yield f"{family.name}_count{{{labels}}} {_number(count)}"


def _pairs(names: Labels, values: Labels) -> Iterator[str]:
    for name, value in zip(names, values, strict=False):
        yield f'{name}="{value.translate(_ESCAPES)}"'


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
