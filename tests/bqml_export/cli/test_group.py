"""The command line as a whole: help, errors, exit codes."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import click
import pytest

from bqml_export.cli.group import cli
from bqml_export.errors import BqmlExportError
from foundation.cli.group import LazyCommand

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bqml_export.cli.conftest import Run

COMMANDS = [
    "load",
    "train",
    "bucket",
    "export",
    "pull",
    "publish",
    "up",
    "deploy",
    "verify",
    "promote",
    "ls",
    "describe",
    "emulate",
]
HEAVY = "tensorflow google.cloud.bigquery google.cloud.storage sqlglot duckdb bqemulator numpy rich"


def test_commands_are_listed_in_the_order_of_the_story() -> None:
    """A newcomer reads them from first to last."""
    assert cli.list_commands(click.Context(cli)) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(offline: Run, command: str) -> None:
    """Help ends with a line that can be typed."""
    ran = offline(command, "--help")
    assert ran.exit_code == 0
    assert f"\n    bqml-export {command} " in ran.stdout.partition("Example:")[2]


@pytest.mark.parametrize("arguments", [["--help"], ["up", "--help"], ["emulate", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """Help answers at once because no client and no engine is loaded for it."""
    code = (
        "import sys; from bqml_export.cli.group import cli\n"
        f"try: cli({arguments})\n"
        "except SystemExit: pass\n"
        f"sys.exit(' '.join(n for n in {HEAVY!r}.split() if n in sys.modules) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "line"),
    [
        (["train", "-"], 2, "error: the SQL is empty"),
        (["publish", "/nowhere", "--model", "m"], 3, "error: there is no folder /nowhere"),
        (["publish", "/tmp", "--model", "a/b"], 3, "error: "),
        (["verify", "--root", "/nowhere"], 2, "error: no version is published in /nowhere"),
        (["describe", "no model"], 2, "is not a model name"),
        (["pull", "bucket", "--model", "m"], 2, "is not a place in Cloud Storage"),
        (["up", "/nowhere.sql"], 2, "error: there is no file /nowhere.sql"),
        (["up", "no model"], 2, "error: 'no model' is neither a file nor a model"),
        (["promote", "m", "--root", "/nowhere"], 1, "error: no m is published in /nowhere"),
        (["promote", "m", "--force"], 2, "error: --force needs a --reason"),
        (["promote", "m", "--label", "x", "--force"], 2, "error: --force has no meaning here"),
    ],
)
def test_an_error_is_a_line_and_an_exit_code(
    offline: Run, arguments: list[str], exit_code: int, line: str
) -> None:
    """Nothing on stdout, no stack trace on stderr."""
    ran = offline(*arguments, stdin="")
    assert ran.exit_code == exit_code
    assert line in ran.stderr
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr


def test_an_error_is_a_document_for_machines(offline: Run) -> None:
    """With --json stdout holds one document even when the command fails."""
    ran = offline("publish", "/nowhere", "--model", "m", "--json")
    error = ran.document()["error"]
    assert error["exit_code"] == ran.exit_code == 3
    assert "/nowhere" in error["message"]
    assert error["hint"]


@pytest.mark.parametrize(
    ("raised", "exit_code", "line"),
    [
        (KeyboardInterrupt(), 130, "error: interrupted"),
        (BqmlExportError("ours", hint="do this"), 1, "error: ours\nhint: do this"),
        (PermissionError(13, "Permission denied", "/x"), 1, "error: Permission denied: /x"),
        (ModuleNotFoundError("no", name="google"), 1, "pip install 'bqml-ray-serve[gcp]'"),
        (
            RuntimeError("a bug\nin two lines"),
            70,
            "internal error: RuntimeError: a bug in two lines",
        ),
    ],
)
def test_whatever_a_command_raises_ends_in_a_line(
    offline: Run, monkeypatch: pytest.MonkeyPatch, raised: BaseException, exit_code: int, line: str
) -> None:
    """Even a bug is one line, with the way to its traceback."""

    @click.command()
    def broken() -> None:
        raise raised

    monkeypatch.setitem(sys.modules, "broken_command", ModuleType("broken_command"))
    monkeypatch.setattr("broken_command.broken", broken, raising=False)
    monkeypatch.setattr(cli, "lazy", {"broken": LazyCommand("broken_command:broken", "")})
    ran = offline("broken")
    assert ran.exit_code == exit_code
    assert line in ran.stderr


def test_an_option_that_would_be_ignored_is_refused(offline: Run, tmp_path: Path) -> None:
    """Impersonation means nothing on this machine, so it is an error there."""
    (tmp_path / "x.sql").write_text("CREATE MODEL d.m AS SELECT 1")
    ran = offline(
        "train", tmp_path / "x.sql", "--local", "--impersonate-service-account", "a@b.example"
    )
    assert ran.exit_code == 2
    assert "--impersonate-service-account has no meaning on this machine" in ran.stderr
