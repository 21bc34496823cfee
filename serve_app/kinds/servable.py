"""The seam between the predictor and the kinds of models: a loaded version, whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np

from serve_app.kinds.signature import Signature
from serve_app.kinds.traits import CallTraits

Tensors: TypeAlias = Mapping[str, np.ndarray]
"""Alias -> tensor; where there are rows, they are the first dimension."""
Sharing: TypeAlias = Literal["exact", "always", "off"]


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a model.

    Attributes:
        outputs: Output aliases, in the order of the answer.
    """

    signature: Signature
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a version runs.

    Attributes:
        threads: Threads for one operation.
        timeout_ms: Milliseconds after which a call is cancelled, unless it has a limit of its own.
        sharing: Whether requests may share calls: `exact` where the model is known to compute each
            row as if it were alone, to the bit.
    """

    threads: int = 1
    timeout_ms: int = 30_000
    sharing: Sharing = "exact"


class Servable(Protocol):
    """A loaded version. All methods may be called in any thread."""

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """By name."""

    def traits(self, signature: str) -> CallTraits:
        """Returns the same, changing object each time; what is not known is never shared."""

    def learn(self, recorded: Mapping[str, Tensors]) -> None:
        """Finds out the traits, once, before the version serves.

        `recorded` are rows that its publisher has left, by signature.
        """

    def run(
        self,
        call: Call,
        inputs: Tensors,
        *,
        requests: int = 1,
        in_caller: bool = False,
        timeout_ms: int | None = None,
    ) -> dict[str, np.ndarray]:
        """Returns the outputs asked for, by alias.

        Args:
            call: What is asked.
            inputs: One tensor per input alias. Their shapes, and in a message from a client their
                types too, are the model's to judge.
            requests: How many requests share the call, within what the traits allow.
            in_caller: Computes in the calling thread, without a time limit; only of a bounded call.
            timeout_ms: A time limit of this call's own.

        Raises:
            ServeAppError: The model failed, with TensorFlow's code and text.
        """

    @property
    def memory_bytes(self) -> int:
        """About how much memory the model itself takes; 0 where that is not known."""

    def close(self) -> None:
        """Gives the memory back; no call may be running."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of models.

    Attributes:
        name: As logs and errors say it.
        recognises: Tells from its files alone whether a version folder is of this kind.
        load: Loads a version folder; imports what that takes. Raises a ServeAppError that says why
            it cannot.
    """

    name: str
    recognises: Callable[[Path], bool]
    load: Callable[[Path, LoadOptions], Servable]
