"""A benchmark as rows: for people, for documents, for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.comparison.benchmark import Benchmark
from benchmarks.comparison.cell import Cell
from foundation.json_types import JsonObject

HEAD = (
    "server", "connections", "rows", "requests/s", "lowest-highest", "p50 ms", "p99 ms",
    "CPU us/request", "requests/CPU s", "against {baseline}", "memory MB", "errors",
)  # fmt: skip


def head(baseline: str) -> tuple[str, ...]:
    """Returns the names of the columns."""
    return tuple(name.format(baseline=baseline) for name in HEAD)


def lines(benchmark: Benchmark, baseline: str) -> list[tuple[str, ...]]:
    """Returns the cells of the table as text, grouped by load, the cheapest first."""
    found = sorted(
        benchmark.cells,
        key=lambda cell: (cell.rows, cell.connections, cell.cpu_us or float("inf")),
    )
    return [_line(cell, _same_load(benchmark.cells, cell, baseline)) for cell in found]


def _line(cell: Cell, baseline: Cell | None) -> tuple[str, ...]:
    lowest, highest = cell.spread
    ratio = ratio_to(cell, baseline)
    return (
        cell.server,
        str(cell.connections),
        str(cell.rows),
        f"{cell.rps:,.0f}{' (generator at its limit)' if cell.is_limited else ''}",
        f"{lowest:,.0f}-{highest:,.0f}",
        f"{cell.p50_ms:.2f}",
        f"{cell.p99_ms:.2f}",
        "not measured" if cell.cpu_us is None else f"{cell.cpu_us:.0f}",
        "not measured" if cell.per_cpu_s is None else f"{cell.per_cpu_s:,.0f}",
        "" if ratio is None else f"{ratio:.2f} x",
        "not measured" if cell.rss_bytes is None else f"{cell.rss_bytes / 1e6:,.0f}",
        str(cell.errors),
    )


def ratio_to(cell: Cell, baseline: Cell | None) -> float | None:
    """Returns the requests per CPU second against the baseline's, None where not measured."""
    if baseline is None or not cell.per_cpu_s or not baseline.per_cpu_s:
        return None
    return cell.per_cpu_s / baseline.per_cpu_s


def _same_load(cells: Iterable[Cell], cell: Cell, server: str) -> Cell | None:
    load = (cell.connections, cell.rows)
    return next(
        (each for each in cells if each.server == server and (each.connections, each.rows) == load),
        None,
    )


def markdown(benchmark: Benchmark, baseline: str) -> str:
    """Returns the table for a document."""
    columns = head(baseline)
    rows = [columns, tuple("---" for _ in columns), *lines(benchmark, baseline)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def document(benchmark: Benchmark, about: JsonObject) -> JsonObject:
    """Returns everything that was measured, and under which circumstances."""
    return about | {
        "generator": benchmark.generator,
        "rounds": benchmark.rounds,
        "notes": benchmark.notes,
        "start_s": benchmark.start_s,
        "cells": [_cell(cell) for cell in benchmark.cells],
    }


def _cell(cell: Cell) -> JsonObject:
    samples: Sequence[dict[str, Any]] = [
        {name: getattr(sample, name) for name in sample.__slots__} for sample in cell.samples
    ]
    return {
        "server": cell.server,
        "connections": cell.connections,
        "rows": cell.rows,
        "requests_per_s": cell.rps,
        "p50_ms": cell.p50_ms,
        "p99_ms": cell.p99_ms,
        "server_cpu_us": cell.cpu_us,
        "requests_per_cpu_s": cell.per_cpu_s,
        "rss_bytes": cell.rss_bytes,
        "errors": cell.errors,
        "generator_was_the_limit": cell.is_limited,
        "samples": list(samples),
    }
