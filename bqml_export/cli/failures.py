"""How a command ends when it cannot do its work: one line, a hint, an exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import IO, TYPE_CHECKING, Any

import click

from bqml_export.cli.output import write_document
from bqml_export.errors import BqmlExportError, PreflightError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.json_types import JsonObject

DEBUG_VARIABLE = "BQML_EXPORT_DEBUG"
INTERRUPTED = 130
INTERNAL = 70
_INSTALL = (
    "pip install 'bqml-ray-serve[gcp]', or [local] to work without an account; "
    "in a clone, pip install '.[local]'"
)


class Failure(click.ClickException):
    """An error as click shows it: on stderr, and as one JSON document where that was asked for."""

    def __init__(
        self,
        message: str,
        exit_code: int,
        *,
        hint: str | None = None,
        problems: Sequence[BqmlExportError] = (),
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.problems = problems
        # click declares it per class; here it belongs to each error
        vars(self)["exit_code"] = exit_code

    def show(self, file: IO[Any] | None = None) -> None:
        """Writes the error line and, where there is one, the hint line to stderr."""
        click.echo(f"error: {self.message}", file=file, err=True)
        if self.hint:
            click.echo(f"hint: {self.hint}", file=file, err=True)

    def document(self) -> JsonObject:
        """Returns the error as `--json` prints it."""
        error = {"message": self.message, "hint": self.hint, "exit_code": self.exit_code}
        problems = [{"message": one.message, "hint": one.hint} for one in self.problems]
        return {"error": {**error, **({"problems": problems} if problems else {})}}


def failure_of(exc: BaseException) -> Failure | None:
    """Returns how to end after `exc`, or None where click knows better."""
    if isinstance(exc, KeyboardInterrupt):
        return Failure("interrupted", INTERRUPTED, hint="run the same command again: it resumes")
    if isinstance(exc, click.ClickException | click.exceptions.Exit | click.Abort):
        return None
    return _of_exception(exc) if isinstance(exc, Exception) else None


def _of_exception(exc: Exception) -> Failure | None:
    if isinstance(exc, PreflightError):
        return Failure(exc.message, exc.exit_code, hint=exc.hint, problems=exc.problems)
    if isinstance(exc, BqmlExportError):
        return Failure(exc.message, exc.exit_code, hint=exc.hint)
    if isinstance(exc, ModuleNotFoundError) and not (exc.name or "").startswith("bqml_export"):
        return Failure(f"package {exc.name} is not installed", 1, hint=_INSTALL)
    if isinstance(exc, OSError):
        return None if exc.errno == errno.EPIPE else _of_os_error(exc)
    if os.environ.get(DEBUG_VARIABLE):
        return None
    return Failure(
        f"internal error: {type(exc).__name__}: {' '.join(str(exc).split())}",
        INTERNAL,
        hint=f"set {DEBUG_VARIABLE}=1 for the traceback, and report it",
    )


def _of_os_error(exc: OSError) -> Failure:
    where = f": {exc.filename}" if exc.filename else ""
    return Failure(f"{exc.strerror or exc}{where}", 1)


def fail(failure: Failure, *, as_json: bool) -> None:
    """Raises the failure after writing its document where the caller is a machine."""
    if as_json:
        write_document(failure.document())
        sys.stdout.flush()
    raise failure
