"""The kit runs as its users run it, against our own service, and finds no difference."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def finished(
    service: Any, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The kit's run, and the folder with what it wrote."""
    folder = tmp_path_factory.mktemp("report")
    command = [sys.executable, "-m", "tests.conformance", "--url", service.url]
    files = ["--json", str(folder / "report.json"), "--markdown", str(folder / "report.md")]
    run = subprocess.run(
        [*command, "--grpc", service.grpc, *files],
        cwd=repository,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run, folder


def test_our_service_answers_every_case_as_tensorflow_serving_does(finished: Any) -> None:
    """The table lists every difference."""
    run, folder = finished
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads((folder / "report.json").read_text())
    assert report["passed"] == report["cases"] == len(report["results"]) > 150


def test_the_page_of_the_documentation_is_this_run(finished: Any, repository: Path) -> None:
    """`docs/conformance.md` is generated, never written."""
    _, folder = finished
    page = repository / "docs/conformance.md"
    assert page.read_text() == (folder / "report.md").read_text(), "write it anew: --markdown"


def test_a_server_that_is_not_there_fails_every_case(repository: Path) -> None:
    """Exit code 1, and each case says why."""
    command = [sys.executable, "-m", "tests.conformance", "--url", "http://127.0.0.1:9"]
    run = subprocess.run(
        [*command, "--group", "status"], cwd=repository, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stdout.count("no answer: ConnectionRefusedError") == 7
