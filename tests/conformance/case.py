"""One case: a request, and what TensorFlow Serving answers to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RestCase:
    """A raw HTTP request and its answer.

    Attributes:
        body: Bytes and text are sent as they are, anything else as JSON; None sends no body.
        status: The status expected.
        json: The whole body as JSON; numbers are equal to the last digits but one. None: not
            compared.
        error: Words that the text of the one-key error body must contain.
        text: The raw body must contain it, white space aside.
        headers_out: Headers of the answer and their values.
    """

    group: str
    name: str
    path: str
    body: object = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    json: Any = None
    error: tuple[str, ...] = ()
    text: bytes = b""
    headers_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GrpcCase:
    """A unary gRPC call and its answer.

    Attributes:
        rpc: Method name, for example `Predict`.
        request: The request message as protobuf's JSON, original field names.
        code: Name of the status code expected.
        details: Words that the status text must contain.
        check: Returns what is wrong with the response message, nothing if all is right.
    """

    group: str
    name: str
    rpc: str
    request: dict[str, Any]
    code: str = "OK"
    details: tuple[str, ...] = ()
    check: Callable[[Any], str] = lambda _response: ""


@dataclass(frozen=True)
class Result:
    """How one case went; `difference` is empty if it passed."""

    group: str
    name: str
    difference: str

    @property
    def passed(self) -> bool:
        """Whether the answer was TensorFlow Serving's."""
        return not self.difference
