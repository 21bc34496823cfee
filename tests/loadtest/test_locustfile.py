"""The locustfile in the hands of people who know Locust."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).parents[2]
LOCUST = [sys.executable, "-m", "locust", "-f", "loadtest/locustfile.py"]


def headless(host: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Returns a headless run of two seconds."""
    command = [*LOCUST, "--headless", "-u", "3", "-r", "3", "-t", "2s", "--json", "--host", host]
    return subprocess.run(
        [*command, *options],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def test_it_runs_headless_with_locusts_own_options(iris: Any) -> None:
    """Users, rate and time from the command line, settings from variables."""
    result = headless(iris.url, BQML_LOADTEST_TRAFFIC__ROWS_PER_REQUEST="2")
    (entry,) = json.loads(result.stdout)
    assert (result.returncode, entry["num_failures"]) == (0, 0)
    assert (entry["method"], entry["name"]) == ("POST", "/v1/models/iris_model:predict")
    assert entry["num_requests"] > 10


def test_a_wrong_answer_is_a_failure_to_locust_too(iris: Any) -> None:
    """Exit code 1, as Locust has it."""
    variables = {"BQML_LOADTEST_TRAFFIC__LABELS": "versicolor"}
    result = headless(iris.url, **variables)
    assert result.returncode == 1
    assert "'setosa' is not among the classes" in result.stderr


@pytest.mark.parametrize(
    ("host", "variables", "words"),
    [
        ("http://127.0.0.1:9", {}, "http://127.0.0.1:9 cannot be reached"),
        ("", {"BQML_LOADTEST_TRAFFIC__NONSENSE": "1"}, "unknown setting traffic.nonsense"),
    ],
    ids=["no-service", "no-such-setting"],
)
def test_what_is_wrong_is_said(iris: Any, host: str, variables: dict[str, str], words: str) -> None:
    """And no request is sent."""
    result = headless(host or iris.url, **variables)
    assert words in result.stderr
    assert result.returncode != 0 or not json.loads(result.stdout)


def test_the_phases_are_a_shape_of_their_own(iris: Any, tmp_path: Path) -> None:
    """In a second file for Locust; durations come from a settings file."""
    file = tmp_path / "settings.yaml"
    file.write_text(
        "phases: {idle_s: 1, ramp_s: 1, plateau_s: 1, cooldown_s: 0, users: 2}\n"
        "rules: {sustained_s: 1}\n"
    )
    command = [sys.executable, "-m", "locust", "--headless", "--json", "--host", iris.url, "-f",
               "loadtest/locustfile.py,loadtest/traffic/shape.py"]  # fmt: skip
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "BQML_LOADTEST_SETTINGS": str(file)},
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
    )
    assert "Shape test updating to 2 users" in result.stderr
    assert json.loads(result.stdout)[0]["num_requests"] > 10


@contextmanager
def web_page(host: str) -> Iterator[str]:
    """Runs Locust with its web page and yields the page's URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*LOCUST, "--host", host, "--web-host", "127.0.0.1", "--web-port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def got(url: str, form: dict[str, str] | None = None) -> Any:
    """Returns the body of a page, once the server is up."""
    data = urlencode(form).encode() if form else None
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, data, timeout=10) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(url)


def test_the_web_page_starts_and_shows_a_run(iris: Any) -> None:
    """Users come from its form."""
    with web_page(iris.url) as url:
        assert b"Locust" in got(f"{url}/")
        got(f"{url}/swarm", {"user_count": "3", "spawn_rate": "3", "host": iris.url})
        for _ in range(600):
            stats = json.loads(got(f"{url}/stats/requests"))
            if stats["user_count"] == 3 and stats["stats"][0]["num_requests"] > 10:
                break
            time.sleep(0.1)
        assert stats["stats"][0]["name"] == "/v1/models/iris_model:predict"
        assert stats["stats"][0]["num_failures"] == 0
