"""What a benchmark shows: medians, ratios, limits, and everything for machines."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.comparison._plan import loads, visits
from benchmarks.comparison.benchmark import Benchmark
from benchmarks.comparison.cell import Cell, Sample
from benchmarks.comparison.chart import draw
from benchmarks.comparison.settings import BenchSettings
from benchmarks.comparison.table import document, head, lines, markdown


def sample(rps: float, cpu_us: float | None, generator_cpu: float = 0.5) -> Sample:
    """One measurement."""
    return Sample(rps, 0, 1.0, 2.0, cpu_us, generator_cpu, 10**9)


def benchmark() -> Benchmark:
    """Two servers under one load, one of them not measured inside."""
    ours = Cell("ours-rest", 64, 1, tuple(sample(rps, 50) for rps in (900, 1000, 5000)))
    slow = Cell("fastapi-tf", 64, 1, (sample(500, 200, generator_cpu=0.95),))
    other = Cell("other", 64, 1, (sample(700, None),))
    return Benchmark((slow, ours, other), {"ours-rest": 12.5}, "builtin", 3, ["a note"])


def test_the_table_has_medians_spread_and_ratios() -> None:
    """The cheapest first; what was not measured says so."""
    rows = {line[0]: dict(zip(head("ours-rest"), line, strict=True)) for line in
            lines(benchmark(), "ours-rest")}  # fmt: skip
    assert list(rows) == ["ours-rest", "fastapi-tf", "other"]
    assert rows["ours-rest"]["requests/s"] == "1,000"
    assert rows["ours-rest"]["lowest-highest"] == "900-5,000"
    assert rows["ours-rest"]["requests/CPU s"] == "20,000"
    assert rows["ours-rest"]["against ours-rest"] == "1.00 x"
    assert rows["fastapi-tf"]["against ours-rest"] == "0.25 x"
    assert "generator at its limit" in rows["fastapi-tf"]["requests/s"]
    assert rows["other"]["CPU us/request"] == "not measured"
    assert rows["other"]["against ours-rest"] == ""


def test_machines_get_every_sample() -> None:
    """As JSON, with what was known beside."""
    told = json.loads(json.dumps(document(benchmark(), {"machine": "m"})))
    assert (told["machine"], told["rounds"], told["notes"]) == ("m", 3, ["a note"])
    assert told["start_s"] == {"ours-rest": 12.5}
    ours = next(cell for cell in told["cells"] if cell["server"] == "ours-rest")
    assert [each["rps"] for each in ours["samples"]] == [900, 1000, 5000]
    assert ours["requests_per_cpu_s"] == 20_000


def test_documents_get_markdown_and_a_picture(tmp_path: Path) -> None:
    """A line per row, and a PNG."""
    text = markdown(benchmark(), "ours-rest")
    assert text.count("\n") == 5
    assert all(line.startswith("| ") and line.endswith(" |") for line in text.splitlines())
    draw(benchmark(), tmp_path / "bench.png")
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_every_round_visits_every_server_beginning_with_another() -> None:
    """All connections with the first number of rows, the others with the most connections."""
    settings = BenchSettings(connections=(1, 8), rows=(1, 32))
    assert loads(settings) == [(1, 1), (8, 1), (8, 32)]
    rounds = [list(visits(["a", "b", "c"], settings, number)) for number in range(4)]
    assert all(len(each) == 9 for each in rounds)
    assert [each[0].server for each in rounds] == ["a", "b", "c", "a"]
