"""`bqml-loadtest plan` against a real HTTP server."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def plan(url: str, folder: Path, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Returns a run of the command with two steps."""
    pairs = {"steps": 2, "step_s": 3, "max_users": 2, "wanted_rps": 50, "folder": folder,
             "p99_ms": 10_000, **settings}  # fmt: skip
    options = [part for key, value in pairs.items() for part in ("--set", f"plan.{key}={value}")]
    command = [sys.executable, "-m", "loadtest", "plan", "--url", url, "--json", *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180
    )


def test_a_service_is_measured_step_by_step(iris: Any, tmp_path: Path) -> None:
    """The steps are told while they go, the plan is one JSON document, and files."""
    result = plan(iris.url, tmp_path)
    document = json.loads(result.stdout)
    assert [step["users"] for step in document["measured"]["steps"]] == [1, 2]
    assert all(step["rps"] > 0 for step in document["measured"]["steps"])
    assert result.stderr.startswith("1 users: ")
    assert {path.name for path in tmp_path.iterdir()} == {"serve.yaml", "workers.yaml", "plan.json"}


def test_two_replicas_are_not_one(iris: Any, tmp_path: Path) -> None:
    """A plan for one replica out of the work of two would be half of what is needed."""
    turns, answer = itertools.count(), iris.posted

    def posted(body: bytes) -> Any:
        iris.headers["X-Replica"] = f"r{next(turns) % 2}"
        return answer(body)

    iris.posted = posted
    result = plan(iris.url, tmp_path)
    assert result.returncode == 2
    assert "2 replicas answered: set autoscaling.max_replicas=1 meanwhile" in result.stderr


@pytest.mark.parametrize("options", [["--chaos"], ["--users", "5"], ["--set", "rules.min_rps=5"]])
def test_an_option_without_effect_is_refused_by_name(options: list[str]) -> None:
    """Before anything is started."""
    command = [sys.executable, "-m", "loadtest", "plan", "--local", *options]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "has no effect on a plan" in result.stderr
