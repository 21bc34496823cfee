"""The lines that the Locust processes write for the generator: one observation each, as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from loadtest.record.model import Event, GeneratorSample, LoadSample

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a process says of itself.

    Attributes:
        state: `ready`: all processes can send. `failed`: one cannot, and why. `done`: the last
            phase has ended and everything is counted.
        text: Why it failed.
    """

    state: Literal["ready", "failed", "done"]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: exactly one of these."""

    load: LoadSample | None = None
    generator: GeneratorSample | None = None
    event: Event | None = None
    report: Report | None = None


def encode(line: Line) -> bytes:
    """Returns the line, with its newline."""
    return _adapter().dump_json(line) + b"\n"


def decode(text: bytes) -> Line:
    """Returns what `encode` has written."""
    return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[Line]:
    from pydantic import TypeAdapter

    return TypeAdapter(Line)
