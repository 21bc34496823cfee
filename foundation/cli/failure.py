"""How a command ends when it cannot do its work: one line, a hint, an exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import click

from foundation.cli.output import write_document
from foundation.errors import BqmlError
from foundation.json_types import JsonObject

_INTERRUPTED = 130
_INTERNAL = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the command lines do not have in common."""

    program: str
    """As the user types it."""
    package: str
    """The Python package of the commands: a missing module of its own is a bug."""
    install: str
    """What to do where a package is missing."""
    interrupted: str | None = None
    """The hint after Ctrl-C; None leaves Ctrl-C to click."""
    debug_variable: str | None = None
    """When set, a bug ends in its traceback, else in one line; None: always in its traceback."""
    exit_code: int = 1
    """Of a failure that says no higher one itself."""


class Failure(click.ClickException):
    """An error as click shows it: on stderr, and as one JSON document where that was asked for."""

    def __init__(
        self,
        message: str,
        exit_code: int,
        *,
        hint: str | None = None,
        problems: Sequence[BqmlError] = (),
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.problems = problems
        # click declares it per class; here it belongs to each error
        vars(self)["exit_code"] = exit_code

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"error: {self.message}", file=file, err=True)
        if self.hint:
            click.echo(f"hint: {self.hint}", file=file, err=True)

    def document(self) -> JsonObject:
        error = {"message": self.message, "hint": self.hint, "exit_code": self.exit_code}
        problems = [{"message": one.message, "hint": one.hint} for one in self.problems]
        return {"error": {**error, **({"problems": problems} if problems else {})}}


def failure_of(exc: BaseException, frame: Frame) -> Failure | None:
    """None where click knows better, or it is a bug to show."""
    if isinstance(exc, KeyboardInterrupt) and frame.interrupted:
        return Failure("interrupted", _INTERRUPTED, hint=frame.interrupted)
    if isinstance(exc, click.ClickException | click.exceptions.Exit | click.Abort):
        return None
    if isinstance(exc, BqmlError):
        code = max(exc.exit_code, frame.exit_code)
        return Failure(exc.message, code, hint=exc.hint, problems=exc.problems)
    if isinstance(exc, ModuleNotFoundError) and not (exc.name or "").startswith(frame.package):
        message = f"package {exc.name} is not installed"
        return Failure(message, frame.exit_code, hint=frame.install)
    return _unexpected(exc, frame) if isinstance(exc, Exception) else None


def _unexpected(exc: Exception, frame: Frame) -> Failure | None:
    if frame.debug_variable is None:
        return None
    if isinstance(exc, OSError):
        where = f": {exc.filename}" if exc.filename else ""
        is_pipe = exc.errno == errno.EPIPE
        return None if is_pipe else Failure(f"{exc.strerror or exc}{where}", frame.exit_code)
    if os.environ.get(frame.debug_variable):
        return None
    return Failure(
        f"internal error: {type(exc).__name__}: {' '.join(str(exc).split())}",
        _INTERNAL,
        hint=f"set {frame.debug_variable}=1 for the traceback, and report it",
    )


def fail(failure: Failure, *, as_json: bool) -> None:
    """Writes the failure's document first where the caller is a machine."""
    if as_json:
        write_document(failure.document())
        sys.stdout.flush()
    raise failure
