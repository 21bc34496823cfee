"""How a command ends when it cannot do its work: one line, a hint, an exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import IO, Any

import click

from kuberay.cli.output import write_document
from kuberay.errors import KuberayError
from kuberay.json_types import JsonObject

DEBUG_VARIABLE = "BQML_KUBERAY_DEBUG"
INTERRUPTED = 130
INTERNAL = 70
_INSTALL = "pip install 'bqml-ray-serve[kuberay]'; in a clone, pip install '.[kuberay]'"


class Failure(click.ClickException):
    """An error as click shows it: on stderr, and as one JSON document where that was asked for."""

    def __init__(self, message: str, exit_code: int, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        # click declares it per class; here it belongs to each error
        vars(self)["exit_code"] = exit_code

    def show(self, file: IO[Any] | None = None) -> None:
        """Writes the error line and, where there is one, the hint line to stderr."""
        click.echo(f"error: {self.message}", file=file, err=True)
        if self.hint:
            click.echo(f"hint: {self.hint}", file=file, err=True)

    def document(self) -> JsonObject:
        return {"error": {"message": self.message, "hint": self.hint, "exit_code": self.exit_code}}


def failure_of(exc: BaseException) -> Failure | None:
    if isinstance(exc, KeyboardInterrupt):
        return Failure("interrupted", INTERRUPTED, hint="the cluster goes on; `status` tells how")
    if isinstance(exc, click.ClickException | click.exceptions.Exit | click.Abort):
        return None
    return _of_exception(exc) if isinstance(exc, Exception) else None


def _of_exception(exc: Exception) -> Failure | None:
    if isinstance(exc, KuberayError):
        return Failure(exc.message, exc.exit_code, hint=exc.hint)
    if isinstance(exc, ModuleNotFoundError) and not (exc.name or "").startswith("kuberay"):
        return Failure(f"package {exc.name} is not installed", 1, hint=_INSTALL)
    if isinstance(exc, OSError):
        where = f": {exc.filename}" if exc.filename else ""
        is_pipe = exc.errno == errno.EPIPE
        return None if is_pipe else Failure(f"{exc.strerror or exc}{where}", 1)
    if os.environ.get(DEBUG_VARIABLE):
        return None
    return Failure(
        f"internal error: {type(exc).__name__}: {' '.join(str(exc).split())}",
        INTERNAL,
        hint=f"set {DEBUG_VARIABLE}=1 for the traceback, and report it",
    )


def fail(failure: Failure, *, as_json: bool) -> None:
    """Raises the failure after writing its document where the caller is a machine."""
    if as_json:
        write_document(failure.document())
        sys.stdout.flush()
    raise failure
