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
    from pathlib import Path

    from bqml_export.json_types import JsonObject

CLIENT = """
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, storage
storage.Client(credentials=AnonymousCredentials()).create_bucket("abc-d")
bigquery.Client(credentials=AnonymousCredentials()).create_dataset("abc")
"""


def test_it_serves_until_a_signal_and_says_how_to_reach_it(tmp_path: Path) -> None:
    """The printed environment is enough for Google's clients; Ctrl-C leaves nothing behind."""
    pytest.importorskip("bqemulator", reason="needs the extra [local]")
    options = [
        "--state-dir",
        str(tmp_path),
        "--bigquery-port",
        "0",
        "--storage-port",
        "0",
        "--json",
    ]
    arguments = [sys.executable, "-m", "bqml_export", "emulate", *options]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert process.stderr.readline() == "serving until Ctrl-C\n"
        environment = _document(process.stdout)["environment"]
        client = subprocess.run(
            [sys.executable, "-c", CLIENT], env={**os.environ, **environment}, check=False
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert client.returncode == 0


def _document(stream: IO[str]) -> JsonObject:
    """Returns the document that stands on a stream which stays open."""
    text = ""
    for line in stream:
        text += line
        if line == "}\n":
            break
    content: JsonObject = json.loads(text)
    return content
