"""The command, against a server that runs already."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -m benchmarks`."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_server_by_url_is_measured_with_its_processes(iris: Any, tmp_path: Path) -> None:
    """Rate, latency and CPU, for people and machines."""
    (tmp_path / "serving_dir" / "iris_model" / "1").mkdir(parents=True)
    finished = bench(
        "--root", str(tmp_path / "serving_dir"), "--only", "echo-uvicorn",
        "--target", f"mine={iris.url}", "--target-pid", f"mine={os.getpid()}",
        "--connections", "2", "--rows", "1", "--rounds", "1", "--measure-s", "1",
        "--generator", "builtin", "--json", "--folder", str(tmp_path / "out"),
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    cells = {cell["server"]: cell for cell in json.loads(finished.stdout)["cells"]}
    assert cells.keys() == {"mine", "echo-uvicorn"}
    for cell in cells.values():
        assert cell["requests_per_s"] > 10
        assert cell["errors"] == 0
        assert cell["server_cpu_us"] > 0
    assert (tmp_path / "out" / "bench.png").exists()
    assert "echo-uvicorn" in (tmp_path / "out" / "bench.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "nothing"], "unknown server nothing"),
        (["--target", "x"], "--target x: expected NAME=VALUE"),
        (["--target", "x=ftp://y"], "targets.0.url"),
        (["--target-pid", "x=1"], "there is no --target of that name"),
        (["--connections", "0"], "connections.0"),
        (["--root", "/nowhere", "--only", "echo-uvicorn"], "/nowhere has no model"),
    ],
)
def test_what_cannot_be_measured_is_one_line_and_exit_code_2(
    arguments: list[str], words: str
) -> None:
    """Named, before anything is started."""
    finished = bench(*arguments)
    assert finished.returncode == 2
    assert words in finished.stderr
    assert "Traceback" not in finished.stderr
