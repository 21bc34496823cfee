"""`config show`: every setting, its value and where it came from."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from serve_app.__main__ import cli
from serve_app.settings.load import known_keys


def show(*arguments: str, **environment: str) -> str:
    """Returns what `config show` prints."""
    result = CliRunner(env=environment).invoke(cli, ["config", "show", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_table_has_a_line_for_every_setting() -> None:
    """With its value, its origin and its meaning."""
    lines = show("--port", "9000", BQML_SERVE_AUTOSCALING__MAX_REPLICAS="8").splitlines()
    first_words = [line.split()[0] for line in lines[1:]]
    assert first_words == list(known_keys())
    found = {line.split()[0]: line.split()[1:3] for line in lines[1:]}
    assert found["http.port"] == ["9000", "command"]
    assert found["autoscaling.max_replicas"] == ["8", "environment"]


def test_json_holds_the_same(tmp_path: Path) -> None:
    """For machines."""
    file = tmp_path / "settings.yaml"
    file.write_text("http: {port: 9001}")
    rows = {row["setting"]: row for row in json.loads(show("--settings", str(file), "--json"))}
    assert (rows["http.port"]["value"], rows["http.port"]["origin"]) == (9001, str(file))
    assert rows["http.host"]["origin"] == "default"
