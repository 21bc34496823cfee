"""`up`: one command, which a second start answers at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bqml_export.cli.conftest import Run

# Fails if the second start imports a cloud client, an engine or a parser.
LIGHT_UP = """
import sys
from bqml_export.cli.group import cli
try:
    cli(sys.argv[1:])
except SystemExit as end:
    heavy = {"google.cloud", "google.protobuf", "requests", "sqlglot", "tensorflow", "duckdb"}
    sys.exit(end.code or " ".join(heavy & sys.modules.keys()) or 0)
"""


def test_the_chain_publishes_and_the_second_run_is_up_to_date(
    run: Run, tiny_sql_file: Path, tmp_path: Path
) -> None:
    """The model gets its name from the SQL; the second run names the same version."""
    root = tmp_path / "root"
    first = run("up", tiny_sql_file, "--root", root, "--json").document()
    second = run("up", tiny_sql_file, "--root", root, "--json").document()
    assert first == {
        "status": "published",
        "model": "tiny",
        "version": 1,
        "folder": str(root / "tiny" / "1"),
    }
    assert second == {**first, "status": "up_to_date"}


def test_a_damaged_version_is_replaced_by_the_next_one(
    run: Run, tiny_sql_file: Path, tmp_path: Path
) -> None:
    """A version is never repaired in place; the export is fetched again as a new one."""
    run("deploy", tiny_sql_file, "--root", tmp_path / "r")
    (tmp_path / "r" / "tiny" / "1" / "saved_model.pb").write_bytes(b"rotten")
    again = run("deploy", tiny_sql_file, "--root", tmp_path / "r", "--json").document()
    assert (again["status"], again["version"]) == ("published", 2)


def test_a_dry_run_names_the_steps(run: Run, tiny_sql_file: Path, tmp_path: Path) -> None:
    """Nothing is written, and afterwards the answer is that nothing is to do."""
    arguments = ("up", tiny_sql_file, "--root", tmp_path / "r")
    steps = run(*arguments, "--dry-run").document()["steps"]
    assert [step["step"] for step in steps] == ["train", "export", "publish"]
    assert not (tmp_path / "r").exists()
    run(*arguments)
    assert run(*arguments, "--dry-run").document()["steps"] == []


def test_another_project_is_another_model(
    offline: Run, environment: dict[str, str], run: Run, tiny_sql_file: Path, tmp_path: Path
) -> None:
    """The same SQL in another project is not up to date."""
    arguments = ("up", tiny_sql_file, "--root", tmp_path / "r")
    run(*arguments)
    other = run(*arguments, "--project", "other", "--dry-run").document()
    assert other["steps"][0]["request"]["jobReference"]["projectId"] == "other"


def _command(sql: Path, folder: Path) -> list[str]:
    state, root = str(folder / "state"), str(folder / "root")
    return ["up", str(sql), "--root", root, "--local", "--state-dir", state]


def test_local_needs_nothing_but_the_command(tiny_sql_file: Path, tmp_path: Path) -> None:
    """With --local the services start by themselves; the second start loads none of them."""
    pytest.importorskip("bqemulator", reason="needs the extra [local]")
    arguments = _command(tiny_sql_file, tmp_path)
    first = subprocess.run(
        [sys.executable, "-m", "bqml_export", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert first.returncode == 0, first.stderr
    assert first.stdout.strip() == str(tmp_path / "root" / "tiny" / "1")
    second = subprocess.run(
        [sys.executable, "-c", LIGHT_UP, *arguments], capture_output=True, text=True, check=False
    )
    assert second.returncode == 0, second.stderr
    assert (second.stdout, second.stderr) == (first.stdout, "tiny version 1 is up to date\n")


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_cleanly(
    tiny_sql_file: Path, tmp_path: Path, number: signal.Signals, exit_code: int
) -> None:
    """At most one line, no stack trace, and the next run has the folder for itself."""
    pytest.importorskip("bqemulator", reason="needs the extra [local]")
    arguments = [sys.executable, "-m", "bqml_export", *_command(tiny_sql_file, tmp_path)]
    with subprocess.Popen(
        arguments, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stderr is not None
        assert "dataset" in process.stderr.readline()
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(60) == exit_code
    assert "Traceback" not in rest
    assert ("error: interrupted" in rest) == (number is signal.SIGINT)
    assert not list(tmp_path.rglob(".incoming-*"))
