"""A benchmark as a picture: cost per request, server by server, load by load."""

from __future__ import annotations

from pathlib import Path

from benchmarks.comparison.benchmark import Benchmark


def draw(benchmark: Benchmark, path: Path) -> None:
    """Writes a PNG: requests per second, and requests per CPU second where they were measured."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    loads = sorted({(cell.rows, cell.connections) for cell in benchmark.cells})
    figure, axes = plt.subplots(
        len(loads), 2, figsize=(12, 1.2 + 2.6 * len(loads)), squeeze=False, layout="constrained"
    )
    for row, (rows, connections) in enumerate(loads):
        cells = [c for c in benchmark.cells if (c.rows, c.connections) == (rows, connections)]
        cells.sort(key=lambda cell: cell.rps)
        names = [cell.server for cell in cells]
        colours = ["#1a73e8" if name.startswith("ours") else "#9aa0a6" for name in names]
        for column, (what, values) in enumerate(
            (
                ("requests per second", [cell.rps for cell in cells]),
                ("requests per server CPU second", [cell.per_cpu_s or 0.0 for cell in cells]),
            )
        ):
            axis = axes[row][column]
            bars = axis.barh(names, values, color=colours)
            axis.bar_label(bars, [f"{value:,.0f}" if value else "?" for value in values], padding=3)
            axis.set_title(f"{what}: {rows} row{'s' * (rows > 1)}, {connections} connections")
            axis.margins(x=0.15)
            axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)
