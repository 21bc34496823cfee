"""A command group: which module holds which command, imported only when it is called."""

from __future__ import annotations

import importlib
import signal
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

import click

from foundation.cli.failure import Frame, fail, failure_of


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a command is, and the line that the list of commands shows for it."""

    target: str
    """`module:attribute`."""
    summary: str


class LazyGroup(click.Group):
    """Lists its commands in their order without importing them, and fails in one line."""

    def __init__(
        self,
        *,
        lazy: Mapping[str, LazyCommand],
        frame: Frame,
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**options)
        self.lazy = lazy
        self.frame = frame

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.lazy:
            return None
        module, _, attribute = self.lazy[cmd_name].target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in self.lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except BaseException as exc:
            failure = failure_of(exc, self.frame)
            if failure is None:
                raise
            fail(failure, as_json=bool(ctx.meta.get("as_json")))


def run(cli: click.Command, frame: Frame) -> None:
    """A group or a single command; a bug ends with its traceback."""
    try:
        cli(prog_name=frame.program)
    except Exception as exc:  # noqa: BLE001 - see above
        failure = failure_of(exc, frame)
        if failure is None:
            traceback.print_exc()
            sys.exit(frame.exit_code)
        failure.show()
        sys.exit(failure.exit_code)


def end_on_sigterm() -> None:
    """SIGTERM ends the process as cleanly as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
