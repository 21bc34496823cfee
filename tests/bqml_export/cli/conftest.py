"""Running the command line against the running services."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pytest
from click.testing import CliRunner

from bqml_export.cli.group import cli

if TYPE_CHECKING:
    from foundation.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command wrote and how it ended."""

    exit_code: int
    stdout: str
    stderr: str

    def document(self) -> JsonObject:
        """Returns the one JSON document on stdout."""
        content: JsonObject = json.loads(self.stdout)
        return content


Run: TypeAlias = Callable[..., Ran]


@pytest.fixture
def offline() -> Run:
    """Runs a command that needs no services."""

    def run(*arguments: object, stdin: str | None = None, **variables: str) -> Ran:
        runner = CliRunner(env={"BQML_EXPORT_DEBUG": None, **variables})
        result = runner.invoke(cli, [str(argument) for argument in arguments], input=stdin)
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def run(offline: Run, environment: dict[str, str]) -> Run:
    """Runs a command with the running services as its cloud."""

    def run(*arguments: object, stdin: str | None = None) -> Ran:
        return offline(*arguments, stdin=stdin, **environment)

    return run
