"""What a queue knows of the requests in it, whatever protocol they came by."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from serve_app.kinds.servable import Call, Tensors
from serve_app.kinds.signature import Signature
from serve_app.predictor.model_spec import ModelSpec

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)
P_contra = TypeVar("P_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Query:
    """What requests must agree in to share a model call.

    Attributes:
        signature_name: As asked; empty where the client names none.
        outputs: The outputs asked for; empty means all.
        api: `Predict`, `Classify`, `Regress` or `MultiInference`, for the metrics.
    """

    spec: ModelSpec
    signature_name: str = ""
    outputs: tuple[str, ...] = ()
    api: str = "Predict"
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once, for each request looks its queue up.
        parts = (self.spec, self.signature_name, self.outputs, self.api)
        object.__setattr__(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model answered to one or several requests.

    Attributes:
        outputs: Output alias -> tensor with the rows of all.
    """

    outputs: Tensors
    call: Call
    version: int


class Adapter(Protocol[P_contra, A_co]):
    """Stands between the requests of one protocol and the model's tensors; knows no other request.

    Equal adapters read and write alike. All errors are the protocol's own, in its order: the
    signature, the inputs, the outputs.
    """

    def call(self, signatures: Mapping[str, Signature], query: Query) -> Call:
        """Returns what `query` asks of a model with these signatures.

        Raises:
            ServeAppError: The model has no such signature, or it has another form.
        """

    def merge(self, payloads: Sequence[P_contra], call: Call) -> Tensors | None:
        """Returns the rows of all payloads in one tensor per input, if that is a matter of course.

        None where one of them must be read by itself, or is wrong.
        """

    def read(self, payload: P_contra, call: Call) -> Tensors:
        """Returns the tensors of one request.

        Raises:
            ServeAppError: It does not fit the signature.
        """

    def write(
        self, payloads: Sequence[P_contra], counts: Sequence[int], outcome: Outcome
    ) -> Sequence[A_co]:
        """Returns the answer to each request, which has that many of the rows.

        Raises:
            ServeAppError: The outputs cannot be answered with.
        """


class Request(ABC, Generic[A]):
    """One request in a queue. One of its two methods is called, once, unless it is over before.

    Args:
        rows: How many rows it has; 0 where only its tensors will tell.
        deadline_s: When it must have an answer, by the monotonic clock.

    Attributes:
        is_over: Whether nobody waits any more: it is dropped, unless its call has begun.
    """

    __slots__ = ("adapter", "deadline_s", "is_over", "payload", "rows")

    def __init__(
        self, adapter: Adapter[Any, A], payload: object, rows: int, deadline_s: float
    ) -> None:
        self.adapter = adapter
        self.payload: Any = payload
        self.rows = rows
        self.deadline_s = deadline_s
        self.is_over = False

    @abstractmethod
    def answered(self, answer: A) -> None: ...

    @abstractmethod
    def failed(self, error: Exception) -> None:
        """Takes the error that the protocol answers with."""


class AwaitedRequest(Request[A]):
    """A request of a caller that can await."""

    __slots__ = ("answer",)

    def __init__(
        self, adapter: Adapter[Any, A], payload: object, rows: int, deadline_s: float
    ) -> None:
        super().__init__(adapter, payload, rows, deadline_s)
        self.answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()

    def answered(self, answer: A) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)

    def failed(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
