"""A whole run with Locust, against a service without Ray: rules broken on purpose turn it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {**os.environ, "DASHBOARD_TOKEN": "a-token"}


def command(arguments: list[str]) -> list[str]:
    """Returns the command line of a run."""
    return [sys.executable, "-m", "loadtest", "run", "--json", *arguments]


def run(arguments: list[str], *more: str) -> tuple[int, dict[str, Any]]:
    """Returns exit code and answer of a run."""
    changes = [part for pair in more for part in ("--set", pair)]
    finished = subprocess.run(
        command([*arguments, *changes]), cwd=ROOT, env=ENVIRONMENT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert finished.stdout, finished.stderr
    return finished.returncode, json.loads(finished.stdout)


def broken(answer: dict[str, Any], kind: str) -> dict[str, str]:
    """Returns the rules that are broken, and what was measured."""
    return {rule["name"]: rule["measured"] for rule in answer[kind] if not rule["passed"]}


def test_a_service_pinned_to_one_replica_fails_by_name(arguments: list[str]) -> None:
    """Every other rule passes; the report is there."""
    code, answer = run(arguments)
    assert (code, answer["status"]) == (1, "failed")
    assert broken(answer, "rules") == {"replicas-seen": "1", "replicas-answered": "aaa 100%"}
    folder = Path(answer["report"]).parent
    assert {"report.html", "record.json", "observations.jsonl"} <= {
        path.name for path in folder.iterdir()
    }
    assert answer["environment"]["service"]["autoscaling"]["target_ongoing_requests"] == 8.0
    assert answer["environment"]["cluster"]["ray"] == "2.60.0"
    assert "a-token" not in (folder / "record.json").read_text()


def test_a_failing_endpoint_fails_and_a_starved_generator_proves_nothing(
    arguments: list[str],
    model_site: Any,
    failing: Callable[[int], Callable[[bytes], tuple[int, Any]]],
) -> None:
    """Both at once: invalid wins, the failures are counted all the same."""
    model_site.posted = failing(10)
    code, answer = run(arguments, "generator.max_cpu_percent=0.01", "rules.min_replicas_seen=0")
    assert (code, answer["status"]) == (2, "invalid")
    assert list(broken(answer, "validity")) == ["generator-cpu"]
    assert '500: {"error": "broken on purpose"}' in broken(answer, "rules")["failures"]


def test_a_generator_that_waits_for_its_cpu_proves_nothing(arguments: list[str]) -> None:
    """It is held up most of the time: its own share of a core is small, and tells nothing."""
    changes = ("generator.max_lag_ms=200", "rules.min_replicas_seen=0")
    more = [part for pair in changes for part in ("--set", pair)]
    process = subprocess.Popen(
        command([*arguments, *more]), cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    while process.poll() is None:
        for child in psutil.Process(process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "locust" in child.cmdline():
                    child.suspend()
                    time.sleep(0.5)
                    child.resume()
        time.sleep(0.1)
    answer = json.loads(process.communicate()[0])
    assert (process.returncode, answer["status"]) == (2, "invalid")
    assert "generator-lag" in broken(answer, "validity")
    assert "generator-cpu" not in broken(answer, "validity")


def test_a_port_that_speaks_something_else_is_one_line(arguments: list[str]) -> None:
    """Such as the gRPC port of the service, which is one digit away."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=_babble, args=(server,), daemon=True).start()
        finished = subprocess.run(
            command([*arguments, "--set", f"target.url=http://127.0.0.1:{port}"]), cwd=ROOT,
            env=ENVIRONMENT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert finished.returncode == 2
    *_, line = finished.stderr.splitlines()
    assert line.startswith(f"error: http://127.0.0.1:{port} does not speak HTTP/1.1: ")


def _babble(server: socket.socket) -> None:
    """Answers as an HTTP/2 server does, until the server is closed."""
    with contextlib.suppress(OSError):
        while True:
            client, _ = server.accept()
            client.recv(1000)
            client.sendall(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\r\n\r\n")
            client.close()


def test_ctrl_c_keeps_what_there_is(arguments: list[str], tmp_path: Path) -> None:
    """With a verdict, which is that it proves nothing."""
    process = subprocess.Popen(
        command([*arguments, "--set", "phases.plateau_s=600"]), cwd=ROOT, env=ENVIRONMENT,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    deadline_s = time.monotonic() + 180
    while not any('{"load":' in path.read_text() for path in tmp_path.glob("*/observations.jsonl")):
        assert time.monotonic() < deadline_s, "no load was observed"
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=180)
    answer = json.loads(text)
    assert process.returncode == 2
    assert broken(answer, "validity")["complete"] == "it was interrupted"
    assert answer["figures"]["requests"] > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("replicas.token_env=NOT_SET", "replicas.token_env: NOT_SET is not set"),
        ("replicas.application=x", "Ray Serve has no application x; it has: bqml"),
        ("target.url=http://127.0.0.1:9", "http://127.0.0.1:9 cannot be reached"),
        ("target.model=nope", "/v1/models/nope/metadata"),
    ],
)
def test_a_run_that_cannot_begin_is_one_line(
    arguments: list[str], tmp_path: Path, change: str, words: str
) -> None:
    """Exit code 2: nothing was proven, there is no record."""
    finished = subprocess.run(
        command([*arguments, "--set", change]), cwd=ROOT, env=ENVIRONMENT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 2
    *_, line = finished.stderr.splitlines()
    assert line.startswith("error: ")
    assert words in line
    assert not list(tmp_path.glob("*/record.json"))
