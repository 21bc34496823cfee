"""`emulate`: the embedded services for other clients."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bqml_export.settings import Target
    from foundation.json_types import JsonObject

CLIENT = """
from google.cloud import bigquery, storage
storage.Client().create_bucket("abc-d")
bigquery.Client().create_dataset("abc")
"""


def _command(state_dir: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "bqml_export", "emulate", "--state-dir", str(state_dir), *options]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`emulate --json` on `tmp_path`, ready."""
    pytest.importorskip("bqemulator", reason="needs the extra [local]")
    arguments = _command(tmp_path, "--bigquery-port", "0", "--storage-port", "0", "--json")
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(3)]
        assert lines[-1] == "serving until Ctrl-C\n"
        yield process
        if process.poll() is None:
            process.kill()


def test_it_serves_until_a_signal_and_says_how_to_reach_it(
    serving: subprocess.Popen[str], tmp_path: Path
) -> None:
    """The printed environment is enough for Google's clients; Ctrl-C leaves nothing behind."""
    assert serving.stdout is not None
    environment = _document(serving.stdout)["environment"]
    shown = subprocess.run(_command(tmp_path, "--env", "--json"), capture_output=True, check=True)
    assert json.loads(shown.stdout)["environment"] == environment
    client = subprocess.run(
        [sys.executable, "-c", CLIENT], env={**os.environ, **environment}, check=False
    )
    assert client.returncode == 0
    serving.send_signal(signal.SIGINT)
    assert serving.wait(60) == 0
    assert serving.stderr is not None
    assert serving.stderr.read() == "stopped\n"


def test_a_second_one_on_the_same_folder_is_refused(running_target: Target) -> None:
    """One line names the process that has the folder, and the hint how to use it."""
    state = running_target.state_dir
    second = subprocess.run(_command(state), capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"(pid {os.getpid()}) runs the embedded services on {state}" in second.stderr
    assert 'hint: eval "$(bqml-export emulate --env' in second.stderr


def test_there_is_no_environment_of_services_that_do_not_run(tmp_path: Path) -> None:
    """`--env` fails with the command that starts them, also where some ran before."""
    (tmp_path / ".lock").touch()
    (tmp_path / "endpoints.json").write_text("{}", encoding="utf-8")
    shown = subprocess.run(_command(tmp_path, "--env"), capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "No embedded services run on" in shown.stderr
    assert "hint: start them: bqml-export emulate" in shown.stderr


def _document(stream: IO[str]) -> JsonObject:
    """Returns the document that stands on a stream which stays open."""
    text = ""
    for line in stream:
        text += line
        if line == "}\n":
            break
    content: JsonObject = json.loads(text)
    return content
