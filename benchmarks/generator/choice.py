"""Runs the generator that was asked for, in a process of its own."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Literal, TypeAlias

from benchmarks.generator import _wrk as wrk
from benchmarks.generator.load import Load, Question
from loadtest.errors import GeneratorError

Generator: TypeAlias = Callable[[Question], Load]
_PACKAGE = "benchmarks.generator"


def rest_generator(wanted: Literal["auto", "wrk", "builtin"]) -> tuple[str, Generator]:
    """Returns name and function of the generator for REST.

    Raises:
        GeneratorError: wrk is wanted and not installed.
    """
    if wanted == "wrk" and wrk.found() is None:
        raise GeneratorError("wrk is not installed: take --generator builtin")
    if wanted != "builtin" and wrk.found():
        return "wrk", wrk.run
    return "builtin", lambda question: _module("closed_loop", question)


def grpc_generator(question: Question) -> Load:
    """Loads a gRPC server and returns what came back."""
    return _module("grpc_loop", question)


def _module(name: str, question: Question) -> Load:
    asked = asdict(question) | {"body": base64.b64encode(question.body).decode()}
    finished = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", f"{_PACKAGE}.{name}"],
        input=json.dumps(asked), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if finished.returncode:
        raise GeneratorError(f"the generator failed: {finished.stderr.strip()[-300:]}")
    return Load(**json.loads(finished.stdout))
