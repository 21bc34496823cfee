"""Curves of growth as a table, a document and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.growth._curves import Curve
from foundation.json_types import JsonObject

HEAD = ("what", "how many", "requests/s", "p50 ms", "p99 ms", "CPU us/request", "each us",
        "replica MB", "errors")  # fmt: skip


def lines(curves: Sequence[Curve]) -> list[tuple[str, ...]]:
    """Returns the table's cells as text; `each` is the cost per row, feature, ..."""
    return [
        (
            curve.name,
            str(point.size),
            f"{point.sample.rps:,.0f}",
            f"{point.sample.p50_ms:.2f}",
            f"{point.sample.p99_ms:.2f}",
            f"{point.sample.server_cpu_us or 0:.0f}",
            f"{(point.sample.server_cpu_us or 0) / point.size:.1f}",
            f"{point.replica_bytes / 1e6:,.0f}",
            str(point.sample.errors),
        )
        for curve in curves
        for point in curve.points
    ]


def markdown(curves: Sequence[Curve]) -> str:
    """Returns the table for a document."""
    rows = [HEAD, tuple("---" for _ in HEAD), *lines(curves)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def document(curves: Sequence[Curve]) -> JsonObject:
    """Returns everything that was measured, by curve."""
    return {
        curve.name: [
            {"size": point.size, "replica_bytes": point.replica_bytes}
            | {name: getattr(point.sample, name) for name in point.sample.__slots__}
            for point in curve.points
        ]
        for curve in curves
    }


def draw(curves: Sequence[Curve], path: Path) -> None:
    """Writes a PNG: CPU per request over size, on logarithmic axes, where a cliff is a step."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(
        1, len(curves), figsize=(4 * len(curves), 3.6), layout="constrained"
    )
    for axis, curve in zip(axes, curves, strict=True):
        sizes = [point.size for point in curve.points]
        axis.plot(sizes, [p.sample.server_cpu_us or 0 for p in curve.points], "o-", color="#1a73e8")
        axis.set(xscale="log", yscale="log", xlabel=curve.name, ylabel="CPU us per request")
        axis.set_title(f"by {curve.name}")
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
    plt.close(figure)
