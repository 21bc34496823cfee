"""What a lane needs to know of the requests in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np

from serve_app.kinds.signature import Signature

Q = TypeVar("Q")
A = TypeVar("A")
Q_co = TypeVar("Q_co", covariant=True)
Q_contra = TypeVar("Q_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)
A_contra = TypeVar("A_contra", contravariant=True)


class Form(Protocol[Q_contra, A_co]):
    """Turns requests of one kind into tensors, and tensors into their answers.

    Attributes:
        quick_only: Whether requests for a model that is not quick are left to the exact way.
    """

    quick_only: bool

    def merge(
        self, requests: Sequence[Q_contra], signature: Signature
    ) -> Mapping[str, np.ndarray] | None:
        """Returns one tensor per input alias with the rows of all; None if one has another form.

        For a single request None means that it must be answered in another way.
        """

    def split(
        self,
        outputs: Mapping[str, np.ndarray],
        counts: Sequence[int],
        signature: Signature,
        version: int,
    ) -> Sequence[A_co]:
        """Returns the answer to each request, which has that many of the rows.

        Raises:
            ServeAppError: The outputs cannot be answered with.
        """


class Waiting(Protocol[Q_co, A_contra]):
    """One request in a lane. One of the two methods is called, once, unless it is cancelled."""

    @property
    def request(self) -> Q_co:
        """What the form reads."""

    @property
    def rows(self) -> int:
        """How many rows it has, at least one."""

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits any more; it is dropped, unless its call has begun."""

    def answered(self, answer: A_contra) -> None:
        """Takes the answer."""

    def left(self) -> None:
        """Is told that this way ends without one: the exact way has the answer, or the error."""
