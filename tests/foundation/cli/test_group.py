"""The frame of a command line: what a user sees when a command fails, and what is imported."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Mapping

import click
import pytest
from click.testing import CliRunner, Result

from foundation.cli.failure import Frame
from foundation.cli.group import LazyCommand, LazyGroup, run
from foundation.cli.options import json_option
from foundation.errors import BqmlError, NotFoundError, SettingsError

FRAME = Frame(program="x", package="own", install="pip install x", debug_variable="X_DEBUG",
              interrupted="start again")  # fmt: skip
PLAIN = Frame(program="x", package="own", install="pip install x", exit_code=2)


class ManyError(BqmlError):
    """Several at once."""

    problems = (BqmlError("one", hint="do"), BqmlError("two"))


FAILURES: Mapping[str, BaseException] = {
    "settings": SettingsError("a is wrong", hint="say b"),
    "missing": NotFoundError("no such model"),
    "package": ModuleNotFoundError("No module named 'numpy'", name="numpy"),
    "own": ModuleNotFoundError("No module named 'own.x'", name="own.x"),
    "disk": OSError(errno.ENOSPC, "No space left on device", "/f"),
    "bug": ValueError("two\nlines"),
    "many": ManyError("two problems"),
    "interrupt": KeyboardInterrupt(),
}


@click.command()
@click.argument("name")
@json_option
def end(name: str, *, as_json: bool) -> None:
    """Ends with a failure."""
    del as_json
    raise FAILURES[name]


def end_with(name: str, *options: str, frame: Frame = FRAME) -> Result:
    """Returns what `x end NAME` gives."""
    group = LazyGroup(name="x", lazy={}, frame=frame)
    group.get_command = lambda ctx, cmd_name: end  # type: ignore[method-assign]  # noqa: ARG005
    return CliRunner().invoke(group, ["end", name, *options])


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("settings", 2, "error: a is wrong\nhint: say b\n"),
        ("missing", 1, "error: no such model\n"),
        ("package", 1, "error: package numpy is not installed\nhint: pip install x\n"),
        ("disk", 1, "error: No space left on device: /f\n"),
        ("interrupt", 130, "error: interrupted\nhint: start again\n"),
        ("bug", 70, ("error: internal error: ValueError: two lines\n"
                     "hint: set X_DEBUG=1 for the traceback, and report it\n")),
    ],
)  # fmt: skip
def test_a_failure_is_a_line_a_hint_and_an_exit_code(name: str, code: int, text: str) -> None:
    """On stderr; a module of our own that is missing is a bug."""
    result = end_with(name)
    assert (result.exit_code, result.stderr, result.stdout) == (code, text, "")


@pytest.mark.parametrize(("name", "code"), [("settings", 2), ("missing", 2), ("package", 2)])
def test_a_command_line_can_have_a_higher_exit_code(name: str, code: int) -> None:
    """Where 1 has a meaning of its own."""
    assert end_with(name, frame=PLAIN).exit_code == code


@pytest.mark.parametrize("name", ["bug", "disk", "own"])
def test_without_a_variable_for_it_a_bug_is_not_hidden(name: str) -> None:
    """Its traceback is what helps."""
    assert end_with(name, frame=PLAIN).exception is FAILURES[name]


def test_the_variable_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a bug."""
    monkeypatch.setenv("X_DEBUG", "1")
    assert end_with("bug").exception is FAILURES["bug"]


def test_a_machine_gets_a_document() -> None:
    """On stdout, beside the lines on stderr."""
    result = end_with("settings", "--json")
    wanted = {"message": "a is wrong", "hint": "say b", "exit_code": 2}
    assert json.loads(result.stdout) == {"error": wanted}
    assert result.stderr.startswith("error: a is wrong")


def test_a_document_lists_every_problem() -> None:
    """Where there are several."""
    document = json.loads(end_with("many", "--json").stdout)["error"]
    assert document["problems"] == [
        {"message": "one", "hint": "do"},
        {"message": "two", "hint": None},
    ]


def test_a_bug_ends_with_its_traceback_and_the_frames_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not with 1, where that means something else."""

    @click.command()
    def broken() -> None:
        raise ValueError("broken")

    monkeypatch.setattr(sys, "argv", ["x"])
    with pytest.raises(SystemExit) as ended:
        run(broken, PLAIN)
    assert ended.value.code == 2
    assert "ValueError: broken" in capsys.readouterr().err


def test_the_list_of_commands_imports_none_of_them() -> None:
    """In the order they are given, each with its line."""
    lazy = {
        "late": LazyCommand("no.such.module:late", "Comes first."),
        "early": LazyCommand("x:y", "Second."),
    }
    result = CliRunner().invoke(LazyGroup(name="x", lazy=lazy, frame=FRAME), ["--help"])
    assert result.stdout.index("late   Comes first.") < result.stdout.index("early  Second.")
    assert CliRunner().invoke(LazyGroup(name="x", lazy=lazy, frame=FRAME), ["no"]).exit_code == 2
